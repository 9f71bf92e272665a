"""Links as people see them: made by hand for print and QR codes, listed with their clicks, switched off."""
