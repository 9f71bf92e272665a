"""What came of a test: how the variants compare, whether one has won, and what the campaign brought
against those who were held out. Reads; what is decided stands in `chappe.statistics`.
"""
