-- One row: whether two live interventions have natural keys that differ in case only.
{%- set key = [
    ['educationOrganizationReference', 'educationOrganizationId'], ['interventionIdentificationCode'],
] %}
with

{{ key_case('edfi', {'interventions': key}) }}

select * from judged
