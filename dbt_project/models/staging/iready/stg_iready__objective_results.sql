-- One row per i-Ready diagnostic and domain, in the shape that every source of objective-level
-- results shares. A domain that was not assessed has no row; one that was tested out has its
-- placement only.
{%- set domains = {
    'phonological_awareness': 'Phonological Awareness',
    'phonics': 'Phonics',
    'high_frequency_words': 'High-Frequency Words',
    'vocabulary': 'Vocabulary',
    'comprehension_overall': 'Comprehension: Overall',
    'comprehension_literature': 'Comprehension: Literature',
    'comprehension_informational_text': 'Comprehension: Informational Text',
    'number_and_operations': 'Number and Operations',
    'algebra_and_algebraic_thinking': 'Algebra and Algebraic Thinking',
    'measurement_and_data': 'Measurement and Data',
    'geometry': 'Geometry',
} %}
{%- set domain_columns = [] %}
{%- for code, name in domains.items() %}
{%- do domain_columns.append([
    "'" ~ code ~ "'",
    "'" ~ name ~ "'",
    'diagnostic_results.' ~ code ~ '_scale_score_text',
    'diagnostic_results.' ~ code ~ '_placement',
    'diagnostic_results.' ~ code ~ '_relative_placement',
]) %}
{%- endfor %}
with

diagnostic_results as (
    select * from {{ ref('stg_iready__diagnostic_results') }}
),

canonical as (
    select
        'iready' as source,
        'diagnostic_results' as feed,
        diagnostic_results.result_id,
        diagnostic_results.source_instance,
        diagnostic_results.result_id as detail_id,
        'domain' as scope,
        domain.domain_code as scope_code,
        domain.domain_name as scope_name,
        'scale_score' as method_code,
        coalesce(domain.scale_score_text, domain.placement) as value_text,
        {{ domain_numeric('domain.scale_score_text', 100, 800) }} as value_num,
        domain.relative_placement as level_code,
        diagnostic_results._loaded_at
    from diagnostic_results
    cross join
        lateral {{ unpivot(domain_columns) }}
            as domain (domain_code, domain_name, scale_score_text, placement, relative_placement)
    where coalesce(domain.scale_score_text, domain.placement) is not null
        and coalesce(lower(domain.placement), '') != 'not assessed'
)

select * from canonical
