"""What people do elsewhere, told through the API: orders, visits, anything with a name and a time."""
