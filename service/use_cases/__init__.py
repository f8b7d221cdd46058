"""What people do with the service: gather from the store, let the engine decide, store again.

Every function takes the store first and everything else by name; `now` is an aware UTC time.
"""
