-- One row: whether two live students have keys that differ in case only, which Oracle, under
-- PowerSchool, takes for two.
with

{{ key_case('powerschool', {'students': [['student_number']]}) }}

select * from judged
