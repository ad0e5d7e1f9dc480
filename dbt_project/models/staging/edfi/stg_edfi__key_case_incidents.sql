-- One row: whether two live incidents have natural keys that differ in case only.
{%- set key = [['schoolReference', 'schoolId'], ['incidentIdentifier']] %}
with

{{ key_case('edfi', {'discipline_incidents': key}) }}

select * from judged
