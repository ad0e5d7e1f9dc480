-- One row per student's participation in a program, whatever kind. The kind of the association
-- decides the program type; an association without a kind of its own is mapped by its program's
-- type.
{%- set columns = {
    'participation_key': 'bigint',
    'student_key': 'bigint',
    'education_organization_id': 'text',
    'program_name': 'text',
    'program_type_code': 'text',
    'begin_date': 'date',
    'end_date': 'date',
    'exit_date': 'date',
    '_load_id': 'bigint',
} %}
with

special_education_participations as (
    {{ told_by_sources('special_education_participations', columns) }}
),

food_service_participations as (
    {{ told_by_sources('food_service_participations', columns) }}
),

language_instruction_participations as (
    {{ told_by_sources('language_instruction_participations', columns) }}
),

homeless_participations as (
    {{ told_by_sources('homeless_participations', columns) }}
),

migrant_education_participations as (
    {{ told_by_sources('migrant_education_participations', columns) }}
),

neglected_or_delinquent_participations as (
    {{ told_by_sources('neglected_or_delinquent_participations', columns) }}
),

cte_participations as (
    {{ told_by_sources('cte_participations', columns) }}
),

title_i_participations as (
    {{ told_by_sources('title_i_participations', columns) }}
),

section_504_participations as (
    {{ told_by_sources('section_504_participations', columns) }}
),

program_participations as (
    {{ told_by_sources('program_participations', columns) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

crosswalk as (
    {{ codes_of_sources(ref('xwalk_program_types'), ['program_type_code']) }}
),

together as (
    {%- for participations, association_type in [
        ('special_education_participations', 'special_education'),
        ('food_service_participations', 'food_service'),
        ('language_instruction_participations', 'language_instruction'),
        ('homeless_participations', 'homeless'),
        ('migrant_education_participations', 'migrant'),
        ('neglected_or_delinquent_participations', 'neglected_or_delinquent'),
        ('cte_participations', 'cte'),
        ('title_i_participations', 'title_i'),
        ('section_504_participations', 'section_504'),
    ] %}
        select
            {{ participations }}.participation_key,
            {{ participations }}.student_key,
            {{ participations }}.education_organization_id,
            {{ participations }}.program_name,
            {{ participations }}.program_type_code,
            {{ participations }}.begin_date,
            {{ participations }}.end_date,
            {{ participations }}.exit_date,
            {{ participations }}._load_id,
            {{ participations }}.source_system,
            {{ participations }}.source_instance,
            '{{ association_type }}' as association_type
        from {{ participations }}
        union all
    {%- endfor %}
    select
        program_participations.participation_key,
        program_participations.student_key,
        program_participations.education_organization_id,
        program_participations.program_name,
        program_participations.program_type_code,
        program_participations.begin_date,
        program_participations.end_date,
        program_participations.exit_date,
        program_participations._load_id,
        program_participations.source_system,
        program_participations.source_instance,
        cast(null as text) as association_type
    from program_participations
),

typed as (
    select
        together.participation_key,
        together.student_key,
        together.education_organization_id,
        together.program_name,
        together.program_type_code,
        together.begin_date,
        -- special education keeps two dates; the earlier one ended the participation
        case
            when together.exit_date < together.end_date then together.exit_date
            else coalesce(together.end_date, together.exit_date)
        end as end_date,
        coalesce(together.association_type, crosswalk.program_type, 'unmapped') as program_type,
        together._load_id,
        together.source_system,
        together.source_instance
    from together
    left join crosswalk
        on crosswalk.code_source = together.source_system
        and crosswalk.program_type_code = together.program_type_code
),

-- after its kind is known: one system keeps a kind apart, which another tells with all programs
of_record as (
    {{ union_of_sources('program_participations', {
        'participation_key': 'bigint',
        'student_key': 'bigint',
        'education_organization_id': 'text',
        'program_name': 'text',
        'program_type_code': 'text',
        'program_type': 'text',
        'begin_date': 'date',
        'end_date': 'date',
        '_load_id': 'bigint',
    }, 'typed') }}
),

dated as (
    select
        of_record.participation_key,
        of_record.student_key,
        of_record.education_organization_id,
        of_record.program_name,
        of_record.program_type_code,
        of_record.program_type,
        of_record.begin_date,
        of_record.end_date,
        known_loads.known_on,
        of_record.source_system,
        of_record.source_instance
    from of_record
    left join known_loads
        on known_loads.load_id = of_record._load_id
)

select * from dated
