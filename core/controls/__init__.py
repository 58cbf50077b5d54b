"""Controls: libraries of them, which of them may meet an obligation, which do, and what is left open.

forms, ciso, sheet     a library as a file says it
shelf                  the libraries of a tenant
terms, matching        which control may meet which obligation, and why (pure)
impact                 what an obligation weighs for the firm (pure)
suggestions            both, derived for every duty and kept up
links                  what people decide
gaps, plan, briefing   what is met, what is open, what to do next
"""
