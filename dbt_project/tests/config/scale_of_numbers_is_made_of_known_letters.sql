{{ config(meta={'owner': 'academics'}) }}
-- What it finds: letters of the table of numbers that the crosswalk of letters does not know.
-- When it matters: every number in that band would count nowhere.
-- How to resolve: correct the letter in xwalk_numeric_to_letter.csv, or add it to
--   xwalk_letter_marks.csv.
with

bands as (
    {{ district_rows(ref('xwalk_numeric_to_letter'), []) }}
),

letter_marks as (
    {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
),

unknown as (
    select
        bands.lowest_number,
        bands.letter_grade
    from bands
    left join letter_marks
        on letter_marks.letter_grade = bands.letter_grade
    where letter_marks.letter_grade is null
)

select * from unknown
