-- One row: whether two live members of staff have keys that differ in case only, which Oracle,
-- under PowerSchool, takes for two.
with

{{ key_case('powerschool', {'staffs': [['teachernumber']]}, {'staffs': 'users'}) }}

select * from judged
