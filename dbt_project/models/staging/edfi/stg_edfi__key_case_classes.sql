-- One row per entity: courses, their offerings and sections. Whether two of its live records have
-- natural keys that differ in case only.
{%- set school = ['schoolReference', 'schoolId'] %}
{%- set organization = ['educationOrganizationReference', 'educationOrganizationId'] %}
{%- set natural_keys = {
    'courses': [organization, ['courseCode']],
    'course_offerings': [
        school, ['sessionReference', 'schoolYear'], ['sessionReference', 'sessionName'],
        ['localCourseCode'],
    ],
    'sections': [
        ['courseOfferingReference', 'schoolId'], ['courseOfferingReference', 'schoolYear'],
        ['courseOfferingReference', 'sessionName'], ['courseOfferingReference', 'localCourseCode'],
        ['sectionIdentifier'],
    ],
} %}
with

{{ key_case('edfi', natural_keys) }}

select * from judged
