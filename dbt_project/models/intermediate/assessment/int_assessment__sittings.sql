-- One row per result of a student with a date: the row that stands for its sitting (itself, where
-- no other row tells it). Two rows tell one sitting when student, subject, family of the test and
-- date are the same and no score that both state differs; rows of a source that names each of its
-- tests once are two tests, unless they are one test in two accounts of the district. The source
-- that comes first in the district's order stands.
with

stated as (
    select * from {{ ref('int_assessment__stated_results') }}
    where student_key is not null
        and administered_on is not null
        and subject != 'unmapped'
        -- a student who was not tested sat no test
        and coalesce(source_invalid_reason, '') != 'not_tested'
),

sources as (
    {{ district_rows(ref('assessment_source_order'), ['source']) }}
),

ranked as (
    select
        stated.assessment_result_key,
        stated.source,
        stated.source_instance,
        {{ key_in_instance('stated.result_id', 'stated.source_instance') }} as own_id,
        stated.student_key,
        stated.subject,
        stated.family,
        stated.administered_on,
        stated.percentile,
        stated.scale_score,
        stated.raw_score,
        coalesce(sources.names_each_test_once, other_sources.names_each_test_once, false)
            as names_each_test_once,
        row_number() over (
            partition by
                stated.student_key, stated.subject, stated.family, stated.administered_on
            order by
                coalesce(sources.preference, other_sources.preference) nulls last,
                stated.source,
                stated.result_id
        ) as rank_number
    from stated
    left join sources
        on sources.source = stated.source
    -- the row of * is of every source without one of its own
    left join sources as other_sources
        on other_sources.source = '*'
),

pairs as (
    select
        ranked.assessment_result_key,
        better.assessment_result_key as better_key,
        better.rank_number as better_rank
    from ranked
    inner join ranked as better
        on better.student_key = ranked.student_key
        and better.subject = ranked.subject
        and better.family = ranked.family
        and better.administered_on = ranked.administered_on
        and better.rank_number < ranked.rank_number
    where coalesce(better.percentile = ranked.percentile, true)
        and coalesce(better.scale_score = ranked.scale_score, true)
        and coalesce(better.raw_score = ranked.raw_score, true)
        and (
            better.source != ranked.source
            -- one test in two accounts
            or (
                better.source_instance != ranked.source_instance
                and better.own_id = ranked.own_id
            )
            -- of one source the scores must say so
            or (
                not ranked.names_each_test_once
                and coalesce(
                    better.percentile = ranked.percentile,
                    better.scale_score = ranked.scale_score,
                    better.raw_score = ranked.raw_score
                )
            )
        )
),

-- a row that none before it in the order tells stands for itself
firsts as (
    select ranked.assessment_result_key
    from ranked
    left join pairs
        on pairs.assessment_result_key = ranked.assessment_result_key
    where pairs.assessment_result_key is null
),

joined as (
    select
        pairs.assessment_result_key,
        pairs.better_key as standing_result_key,
        row_number() over (
            partition by pairs.assessment_result_key order by pairs.better_rank
        ) as choice
    from pairs
    inner join firsts
        on firsts.assessment_result_key = pairs.better_key
),

told as (
    select
        ranked.assessment_result_key,
        coalesce(joined.standing_result_key, ranked.assessment_result_key) as standing_result_key,
        ranked.rank_number
    from ranked
    left join joined
        on joined.assessment_result_key = ranked.assessment_result_key
        and joined.choice = 1
)

select * from told
