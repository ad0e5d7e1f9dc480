{#
    edfi_student_demographics(entity): the staging of the record that holds a student's demographics.
    Data standard 6 moved them to a resource of their own and kept their fields, so this is written
    once; which record decides is for can_student_demographics to say.

        {{ edfi_student_demographics('student_demographics') }}
#}
{% macro edfi_student_demographics(entity) -%}
    {%- if entity not in ('student_demographics', 'student_education_organization_associations') -%}
        {{ exceptions.raise_compiler_error(
            "edfi_student_demographics: `entity` must be student_demographics or"
            ~ " student_education_organization_associations, got " ~ entity
        ) }}
    {%- endif -%}
with

records as (
    {{ current_rows(source('edfi', entity)) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ descriptor_code(json_text('payload', ['sexDescriptor'])) }} as sex_code,
        lower({{ json_text('payload', ['hispanicLatinoEthnicity']) }}) = 'true'
            as is_hispanic_latino,
        {{ json_codes('payload', 'races', 'raceDescriptor') }} as race_codes,
        {{ descriptor_code(json_text('payload', ['limitedEnglishProficiencyDescriptor'])) }}
            as english_proficiency_code,
        {{ json_codes('payload', 'studentCharacteristics', 'studentCharacteristicDescriptor') }}
            as characteristic_codes,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from records
),

newest as (
    {{ newest_version('renamed', ['student_id', 'education_organization_id'], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
{%- endmacro %}
