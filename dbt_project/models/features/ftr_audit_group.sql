-- One row per row of ftr_student_as_of: groups that a model is audited by and never looks at. As
-- there, a stored date keeps what was known then.
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=[{'columns': ['as_of_date', 'student_key'], 'unique': true}],
        pre_hook="{{ make_room_for_dates() }}",
    )
}}

with

enrolled as (
    select * from {{ ref('ftr_enrollment_as_of') }}
),

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
    where is_to_be_written
),

demographics as (
    select * from {{ ref('dim_student_demographics') }}
),

programs as (
    select * from {{ ref('fct_program_participation') }}
    where program_type in ('special_education', 'language_instruction', 'food_service')
),

dated as (
    select
        programs.student_key,
        programs.program_type,
        {{ known_from('programs.begin_date', 'programs.known_on') }} as known_from,
        programs.end_date
    from programs
),

-- fans out to the programs of a student on a date and is grouped at once
taking_part as (
    select
        dated.student_key,
        as_of_dates.as_of_date,
        {{- each_column(
            ['special_education', 'language_instruction', 'food_service'],
            "max(case when dated.program_type = '%s' then 1 else 0 end)"
        ) }}
    from dated
    inner join as_of_dates
        on as_of_dates.as_of_date >= dated.known_from
        and (dated.end_date is null or as_of_dates.as_of_date <= dated.end_date)
    group by dated.student_key, as_of_dates.as_of_date
),

described as (
    select
        enrolled.student_key,
        enrolled.as_of_date,
        demographics.sex_code as sex,
        case
            when demographics.is_hispanic_latino then 'hispanic or latino'
            when demographics.race_codes like '%|%' then 'two or more'
            else demographics.race_codes
        end as race_ethnicity,
        coalesce(taking_part.special_education, 0) = 1 as has_special_education,
        coalesce(taking_part.language_instruction, 0) = 1 as is_english_learner,
        coalesce(taking_part.food_service, 0) = 1 as has_food_service
    from enrolled
    left join demographics
        on demographics.student_key = enrolled.student_key
    left join taking_part
        on taking_part.student_key = enrolled.student_key
        and taking_part.as_of_date = enrolled.as_of_date
)

select * from described
