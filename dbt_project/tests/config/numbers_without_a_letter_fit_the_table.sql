{{ config(severity='warn', meta={'owner': 'academics'}) }}
-- What it finds: numbers given without a letter that the table of numbers does not reach (below
--   its lowest number), or whose letter the crosswalk of letters lacks.
-- When it matters: the course is in no count and in no GPA.
-- How to resolve: extend your own xwalk_numeric_to_letter.csv (in the folder seeds beside the
--   district files) with rows of the district (they
--   replace the whole table), or correct the number in the source.
with

marks as (
    select * from {{ ref('int_academics__marks') }}
),

counted as (
    select
        numeric_grade,
        count(*) as row_count
    from marks
    where is_letter_from_number
        and mark_kind = 'unmapped'
    group by
        numeric_grade
)

select * from counted
