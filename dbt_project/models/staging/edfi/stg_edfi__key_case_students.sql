-- One row: whether two live students have natural keys that differ in case only.
with

{{ key_case('edfi', {'students': [['studentUniqueId']]}) }}

select * from judged
