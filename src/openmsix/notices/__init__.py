"""What people are told of children who moved: changes of residence, and the mails that say so without naming anybody."""
