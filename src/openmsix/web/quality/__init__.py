"""The quality of identity: how sure it is who is who, in figures and the lists behind them."""
