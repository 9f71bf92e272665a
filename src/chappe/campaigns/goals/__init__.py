"""The word that, answered to a campaign, is a conversion of it."""
