"""The store: the only room that writes SQL. One module of queries an area, tables, keys, cipher."""
