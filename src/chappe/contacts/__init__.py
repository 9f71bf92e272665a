"""Contacts, the lists they are on, and the attributes known of them."""
