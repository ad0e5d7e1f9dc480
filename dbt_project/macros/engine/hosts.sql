{#
    names_hosts_only(text)     whether a space-separated list holds nothing but IP addresses and host
                               names of two labels or more, each of the latter perhaps after `*.`;
                               null where the list is null

        where not {{ names_hosts_only('vendor_registry.endpoints') }}

    The gate's own check is include/egress/address.py.
#}
{% macro names_hosts_only(text) -%}
    {{ return(adapter.dispatch('names_hosts_only', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__names_hosts_only(text) -%}
    {%- set label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?' -%}
    {%- set last_label = '[a-z]([a-z0-9-]*[a-z0-9])?' -%}
    {%- set name = '([*][.])?(' ~ label ~ '[.])+' ~ last_label -%}
    {%- set address = '[0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*' -%}
    (lower({{ text }}) ~ '^\s*(({{ name }}|{{ address }})(\s+|$))*$')
{%- endmacro %}
