{#
    edfi_program_association(entity, exit_date): the staging of one kind of student program
    association. All kinds share their key and dates, so this is written once; what a kind has beyond
    that (services, disabilities) is not carried.

    entity      raw entity, as `student_homeless_program_associations`
    exit_date   a second date of that kind that can end the participation, as `specialEducationExitDate`

        {{ edfi_program_association('student_homeless_program_associations') }}
#}
{% macro edfi_program_association(entity, exit_date=none) -%}
    {%- if not entity or not entity.endswith('program_associations') -%}
        {{ exceptions.raise_compiler_error(
            "edfi_program_association: `entity` must be a student program association, got " ~ entity
        ) }}
    {%- endif -%}
with

associations as (
    {{ current_rows(source('edfi', entity)) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['educationOrganizationReference', 'educationOrganizationId']) }}
            as education_organization_id,
        {{ json_text('payload', ['programReference', 'educationOrganizationId']) }}
            as program_education_organization_id,
        {{ json_text('payload', ['programReference', 'programName']) }} as program_name,
        {{ descriptor_code(json_text('payload', ['programReference', 'programTypeDescriptor'])) }}
            as program_type_code,
        {{ safe_date(json_text('payload', ['beginDate'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['endDate'])) }} as end_date,
        {% if exit_date -%}
        {{ safe_date(json_text('payload', [exit_date])) }} as exit_date,
        {%- else -%}
        cast(null as date) as exit_date,
        {%- endif %}
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from associations
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'education_organization_id', 'program_education_organization_id',
        'program_name', 'program_type_code', 'begin_date',
    ], {
        'participation_key': surrogate_key([
            "'" ~ entity ~ "'", 'student_id', 'education_organization_id',
            'program_education_organization_id', 'program_name', 'program_type_code', 'begin_date',
        ]),
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
{%- endmacro %}
