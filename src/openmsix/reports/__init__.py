"""How well the exchange does what it is for, in numbers, with the lists behind them."""
