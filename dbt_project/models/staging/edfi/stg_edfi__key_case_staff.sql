-- One row: whether two live members of staff have natural keys that differ in case only.
with

{{ key_case('edfi', {'staffs': [['staffUniqueId']]}) }}

select * from judged
