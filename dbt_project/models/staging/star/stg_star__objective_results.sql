-- One row per Star test, part of the test (domain, standard, skill area) and score, in the
-- shape that every source of objective-level results shares. Files repeat a domain on each of
-- its standards or skill areas; it stands here once. `result_id` is null when the test itself
-- was not delivered.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

standards as (
    select * from {{ ref('stg_star__standards') }}
),

skill_areas as (
    select * from {{ ref('stg_star__skill_areas') }}
),

parts as (
    select
        standards.source_instance,
        standards.product,
        standards.assessment_id,
        'standards' as feed,
        standards.detail_id,
        'standard' as scope,
        standards.standard_code as scope_code,
        standards.standard_description as scope_name,
        'percent_mastery' as method_code,
        standards.standard_percent_mastery_text as value_text,
        standards.standard_percent_mastery as value_num,
        standards.standard_mastery_level as level_code,
        standards._load_id,
        standards._loaded_at
    from standards
    union all
    select
        standards.source_instance,
        standards.product,
        standards.assessment_id,
        'standards' as feed,
        standards.detail_id,
        'domain' as scope,
        coalesce(standards.domain_group || ': ', '') || standards.domain_name as scope_code,
        standards.domain_name as scope_name,
        'percent_mastery' as method_code,
        standards.domain_percent_mastery_text as value_text,
        standards.domain_percent_mastery as value_num,
        standards.domain_mastery_level as level_code,
        standards._load_id,
        standards._loaded_at
    from standards
    union all
    select
        skill_areas.source_instance,
        skill_areas.product,
        skill_areas.assessment_id,
        'skill_areas' as feed,
        skill_areas.detail_id,
        'skill_area' as scope,
        coalesce(skill_areas.family_name || ': ', '')
        || coalesce(skill_areas.domain_name || ': ', '')
        || skill_areas.skill_area_name as scope_code,
        skill_areas.skill_area_name as scope_name,
        'mastery_score' as method_code,
        skill_areas.skill_area_mastery_score_text as value_text,
        skill_areas.skill_area_mastery_score as value_num,
        null as level_code,
        skill_areas._load_id,
        skill_areas._loaded_at
    from skill_areas
    union all
    select
        skill_areas.source_instance,
        skill_areas.product,
        skill_areas.assessment_id,
        'skill_areas' as feed,
        skill_areas.detail_id,
        'domain' as scope,
        coalesce(skill_areas.family_name || ': ', '') || skill_areas.domain_name as scope_code,
        skill_areas.domain_name as scope_name,
        'domain_score' as method_code,
        skill_areas.domain_score_text as value_text,
        skill_areas.domain_score as value_num,
        null as level_code,
        skill_areas._load_id,
        skill_areas._loaded_at
    from skill_areas
),

numbered as (
    select
        'star' as source,
        parts.feed,
        results.result_id,
        parts.source_instance,
        parts.detail_id,
        parts.scope,
        parts.scope_code,
        parts.scope_name,
        parts.method_code,
        parts.value_text,
        parts.value_num,
        parts.level_code,
        parts._loaded_at,
        row_number() over (
            partition by
                parts.source_instance, parts.product, parts.assessment_id, parts.scope,
                parts.scope_code, parts.method_code
            order by parts._load_id desc, parts.detail_id
        ) as repeat_number
    from parts
    left join results
        on results.source_instance = parts.source_instance
        and results.product = parts.product
        and results.assessment_id = parts.assessment_id
    where parts.scope_code is not null
),

once as (
    select
        numbered.source,
        numbered.feed,
        numbered.result_id,
        numbered.source_instance,
        numbered.detail_id,
        numbered.scope,
        numbered.scope_code,
        numbered.scope_name,
        numbered.method_code,
        numbered.value_text,
        numbered.value_num,
        numbered.level_code,
        numbered._loaded_at
    from numbered
    where numbered.repeat_number = 1
)

select * from once
