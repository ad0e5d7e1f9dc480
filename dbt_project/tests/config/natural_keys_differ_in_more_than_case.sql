{{ config(severity='warn', meta={'owner': 'data-platform'}) }}
-- What it finds: entities of the system of record of which two live records have keys that differ
--   in case only.
-- When it matters: references to records of such an entity are read exactly; one that is spelled in
--   another case than its record finds nothing, and what hangs on it (absences, marks, incidents)
--   is in no count.
-- How to resolve: find the two records in raw and have the wrong one deleted in the student system,
--   if it is one. Where both are right, nothing is to be done.
{%- set models = [] %}
{%- for entity in canonical_inputs() if entity.startswith('key_case_of_') %}
    {%- for model in staging_of(entity).values() if model not in models %}
        {%- do models.append(model) %}
    {%- endfor %}
{%- endfor %}
with

key_case as (
    {%- for model in models %}
        select
            {{ model }}.entity,
            {{ model }}.is_case_sensitive
        from {{ ref(model) }} as {{ model }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            cast(null as text) as entity,
            false as is_case_sensitive
        where false
    {%- endfor %}
),

findings as (
    select key_case.entity
    from key_case
    where key_case.is_case_sensitive
)

select * from findings
