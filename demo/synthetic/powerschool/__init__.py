"""The synthetic district as PowerSchool holds it: the same children, days, marks and incidents.

Derived from the records that the Ed-Fi simulator serves, so that both student systems tell of one
district; what each calls it, and where it puts it, is its own.
"""
