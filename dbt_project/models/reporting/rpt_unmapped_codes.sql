-- One row per code of a source that no crosswalk knows, with the row that would map it.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
),

worded as (
    select
        unmapped.source,
        unmapped.crosswalk,
        unmapped.code,
        unmapped.record_count,
        case
            -- a record without a code: the word stands for none
            when unmapped.code = '(none)'
                then 'No row can map records without ' || unmapped.key_column
                    || ': have it entered in the source, then run the night again.'
            else 'Add a row to ' || unmapped.crosswalk
                || '.csv, in the folder seeds/' || {{ district_code() }}
                || ' beside the district files, with district_code ' || {{ district_code() }}
                || ' (for every district: in seeds, with *)'
                || case
                    -- their rows are each of one source: one that does not name it is refused
                    when unmapped.crosswalk in (
                            'xwalk_assessment_subjects',
                            'xwalk_assessment_score_methods',
                            'xwalk_assessment_levels'
                        )
                        then ', source ' || unmapped.source
                    else ''
                end
                || ' and ' || unmapped.key_column || ' ' || unmapped.code
                || ', then run the night again.'
        end as what_to_add,
        {{ as_of_date() }} as as_of_date
    from unmapped
)

select * from worded
