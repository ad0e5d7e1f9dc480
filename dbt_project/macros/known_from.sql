{#
    known_from(event_date, known_on): the first date on which a fact may be used: it has happened and it is
    known. A fact without `known_on` (the feed's opening load) is known on its own date. Null when the
    event has no date. The one spelling of what "known" means in features.

        {{ known_from('events.event_date', 'events.known_on') }} as known_from
#}
{% macro known_from(event_date, known_on) -%}
    case when {{ known_on }} > {{ event_date }} then {{ known_on }} else {{ event_date }} end
{%- endmacro %}
