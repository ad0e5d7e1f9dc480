{#
    tables_of_tests(): the tables of raw whose rows are tests or parts of one, by source that gives
    results (assessment_results of canonical_inputs) and that the district uses. Files that layouts
    describe are not among them: theirs is one table, and a layout says which tests a row is.

        {% for name, tables in tables_of_tests().items() %} ... {{ source(name, tables[0]) }} ...
#}
{% macro tables_of_tests() -%}
    {%- set known = {
        'edfi': ['student_assessments'],
        'star': ['results', 'standards', 'skill_areas'],
        'map_growth': ['assessment_results', 'combined'],
        'iready': ['diagnostic_results'],
    } -%}
    {%- set used = {} -%}
    {%- for name in staging_of('assessment_results') if name != 'layouts' -%}
        {%- if name not in known -%}
            {{ exceptions.raise_compiler_error(
                "tables_of_tests: " ~ name ~ " gives results of tests; expected its tables of raw here"
            ) }}
        {%- endif -%}
        {%- do used.update({name: known[name]}) -%}
    {%- endfor -%}
    {{ return(used) }}
{%- endmacro %}
