-- Sums of what was sold have no bound: each order has one, their number has none.
alter table run_conversion alter column amount type numeric, alter column refunded type numeric;
alter table day_act alter column amount type numeric;

-- In which currency an order was taken back, where that was told: it takes nothing from an order in another.
alter table conversion_refund add column currency text;
