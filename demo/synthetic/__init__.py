"""The synthetic district `maple_valley`: invented students with a known truth.

Latent traits drive everything and are never written: absences, marks, tests and incidents are
drawn from them day by day. What the product must find out is kept apart in `truth/`.
`docs/synthetic-district.md` says what is drawn how, and from where the figures come.
"""
