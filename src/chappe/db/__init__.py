"""PostgreSQL: the embedded server, pools, named SQL, migrations, instance keys, backup."""
