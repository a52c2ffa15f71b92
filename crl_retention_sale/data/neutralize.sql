-- in a copy of the database no order, and nothing that runs out, begins a procedure
UPDATE crl_cadence SET order_from = NULL;
