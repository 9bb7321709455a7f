"""The demonstration: a made-up municipality whose whole way goes through the product's own doors.

Nothing here can do what a real municipality cannot: mail comes by SMTP, files
and decisions by HTTP from people who have signed in, posts by a browser.
"""
