-- One row per student's participation in a program, whatever kind. The kind of the association
-- decides
-- the program type; an association without a kind of its own is mapped by its program's type.
with

special_education_participations as (
    select * from {{ ref('stg_edfi__special_education_participations') }}
),

food_service_participations as (
    select * from {{ ref('stg_edfi__food_service_participations') }}
),

language_instruction_participations as (
    select * from {{ ref('stg_edfi__language_instruction_participations') }}
),

homeless_participations as (
    select * from {{ ref('stg_edfi__homeless_participations') }}
),

migrant_education_participations as (
    select * from {{ ref('stg_edfi__migrant_education_participations') }}
),

neglected_or_delinquent_participations as (
    select * from {{ ref('stg_edfi__neglected_or_delinquent_participations') }}
),

cte_participations as (
    select * from {{ ref('stg_edfi__cte_participations') }}
),

title_i_participations as (
    select * from {{ ref('stg_edfi__title_i_participations') }}
),

section_504_participations as (
    select * from {{ ref('stg_edfi__section_504_participations') }}
),

program_participations as (
    select * from {{ ref('stg_edfi__program_participations') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_program_types'), ['program_type_code']) }}
),

together as (
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'special_education' as association_type
    from special_education_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'food_service' as association_type
    from food_service_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'language_instruction' as association_type
    from language_instruction_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'homeless' as association_type
    from homeless_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'migrant' as association_type
    from migrant_education_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'neglected_or_delinquent' as association_type
    from neglected_or_delinquent_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'cte' as association_type
    from cte_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'title_i' as association_type
    from title_i_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
        'section_504' as association_type
    from section_504_participations
    union all
    select
        participation_key,
        student_key,
        education_organization_id,
        program_name,
        program_type_code,
        begin_date,
        end_date,
        exit_date,
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
        together.association_type is not null as has_association_of_its_own,
        coalesce(together.association_type, crosswalk.program_type, 'unmapped') as program_type
    from together
    left join crosswalk
        on crosswalk.program_type_code = together.program_type_code
)

select * from typed
