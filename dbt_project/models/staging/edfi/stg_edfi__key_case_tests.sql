-- One row per entity: assessments, their objectives and learning standards. Whether two of its live
-- records have natural keys that differ in case only.
{%- set natural_keys = {
    'learning_standards': [['learningStandardId']],
    'assessments': [['namespace'], ['assessmentIdentifier']],
    'objective_assessments': [
        ['assessmentReference', 'namespace'], ['assessmentReference', 'assessmentIdentifier'],
        ['identificationCode'],
    ],
} %}
with

{{ key_case('edfi', natural_keys) }}

select * from judged
