-- The message log, carriers, senders and routes as pages show them.
select 1;
