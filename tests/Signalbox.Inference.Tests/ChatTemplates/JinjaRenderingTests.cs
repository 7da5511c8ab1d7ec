using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.ChatTemplates;

/// <summary>Each expectation is what Jinja 3.1 itself gives, in the environment that chat templates are run in.</summary>
public sealed class JinjaRenderingTests
{
    [Theory]
    [InlineData("{{ 1 + 2 * 3 - 4 // 3 }} {{ 7 / 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}", "6 3.5 -4 2 64 4")]
    [InlineData("{{ 1.0 }} {{ 1e16 }} {{ 0.00001 }} {{ 1_000 }} {{ 3 * 0.1 }} {{ 123456789012345.6 }}", "1.0 1e+16 1e-05 1000 0.30000000000000004 123456789012345.6")]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true ~ 1.5 ~ [1, 'b'] }}", "a1NoneTrue1.5[1, 'b']")]
    [InlineData("{{ 'it' 's' }} {{ \"q'q\" }} {{ ['q\\'q', \"d\\\"d\", 'n\\nn'] }}", "its q'q [\"q'q\", 'd\"d', 'n\\nn']")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 'a' < 'b' }} {{ 1 == 1.0 == true }} {{ [1, 2] == [1, 2.0] }}", "True False True True True")]
    [InlineData("{{ 2 in items }} {{ 9 not in items }} {{ 'wo' in 'two' }} {{ 'x' in map }} {{ not 1 in [2] }}", "True True True True True")]
    [InlineData("{{ none or 'x' }} {{ 0 and 1 }} {{ '' or [] or 'z' }} {{ not none }}", "x 0 z True")]
    [InlineData("{{ 'y' if yes else 'n' }} {{ 'y' if missing else 'n' }}[{{ 'y' if missing }}]", "y n[]")]
    [InlineData("{{ items[0] }} {{ items[-1] }} {{ items[9] }} {{ map.x }} {{ map['y'] }} {{ map.nothing }} {{ people[0].name }} {{ people.0.age }}", "3 2  1 z  Ada 36")]
    [InlineData("{{ items[1:] }} {{ items[::-1] }} {{ name[:2] }} {{ name[-2:] }} {{ 'h\\u00e9\\U0001F600x'[1:3] }} {{ items[5:] }}", "[1, 2] [2, 1, 3] Ad da \u00e9\U0001F600 []")]
    [InlineData("{{ {'a': 1, 2: [true, none]} }} {{ (1,) }} {{ () }} {{ (1, 'b') }}", "{'a': 1, 2: [True, None]} (1,) () (1, 'b')")]
    [InlineData("{{ 'ab' * 3 }} {{ [0] * 2 }} {{ [1] + [2] }} {{ 'a' + 'b' }}", "ababab [0, 0] [1, 2] ab")]
    [InlineData("{{ '%s is %d (%.1f%%)' % ('Ada', 36, 99.5) }} {{ '{} {1} {x}'.format('a', 'b', x='c') if false else '{0} {x}'.format('a', x='c') }}", "Ada is 36 (99.5%) a c")]
    public void Expressions_have_the_values_that_Jinja_gives_them(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ missing is defined }} {{ name is defined }} {{ missing is undefined }} {{ none is none }} {{ name is not none }}", "False True True True True")]
    [InlineData("{{ name is string }} {{ map is mapping }} {{ items is iterable }} {{ name is sequence }} {{ items is string }} {{ yes is boolean }}", "True True True True False True")]
    [InlineData("{{ 7 is odd }} {{ 7 is even }} {{ 8 is divisibleby 4 }} {{ yes is true }} {{ 1 is true }} {{ 0 is false }}", "True False True True False False")]
    [InlineData("{{ 7 is number }} {{ 7 is integer }} {{ 7.0 is float }} {{ 3 is in items }} {{ 3 is eq 3 }} {{ 3 is equalto(4) }} {{ 'ab' is lower }}", "True True True True True False True")]
    [InlineData("{{ number + 1 is integer }} {{ not missing is defined }} {{ name is string and items }}", "8 True [3, 1, 2]")]
    public void Tests_say_what_a_value_is(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("[{{ text | trim }}] [{{ 'xxaxx' | trim('x') }}] {{ 'aB c' | upper }} {{ 'aB' | lower }} {{ 'aB c' | title }} {{ 'aB c' | capitalize }}", "[two\nlines] [a] AB C ab Ab C Ab c")]
    [InlineData("{{ map | tojson }} {{ {'t': '\\u00e9<\"\\n', 'l': [1, 2.0, none, true]} | tojson }} {{ [] | tojson(indent=2) }}", "{\"x\": 1, \"y\": \"z\"} {\"t\": \"\u00e9<\\\"\\n\", \"l\": [1, 2.0, null, true]} []")]
    [InlineData("{{ {'b': [1, {'c': 2}], 'a': {}} | tojson(indent=2) }} {{ {'b': 1, 'a': 2} | tojson(sort_keys=true, separators=(',', ':')) }}", "{\n  \"b\": [\n    1,\n    {\n      \"c\": 2\n    }\n  ],\n  \"a\": {}\n} {\"a\":2,\"b\":1}")]
    [InlineData("{{ items | length }} {{ 'h\\u00e9\\U0001F600' | length }} {{ map | count }} {{ missing | length }}", "3 3 2 0")]
    [InlineData("{{ items | join }} {{ items | join(', ') }} {{ people | join('+', attribute='name') }} {{ 'abc' | join('-') }}", "312 3, 1, 2 Ada+Bo+Cy a-b-c")]
    [InlineData("{{ missing | default('d') }} {{ none | default('d') }} {{ none | default('d', true) }} {{ '' | d('e', boolean=true) }}", "d None d e")]
    [InlineData("{{ people | selectattr('role', 'equalto', 'user') | map(attribute='name') | list }} {{ people | rejectattr('age') | map(attribute='name') | list }}", "['Ada', 'Cy'] ['Cy']")]
    [InlineData("{{ people | selectattr('age', 'defined') | list | length }} {{ people | map(attribute='age', default=0) | sum }} {{ words | map('upper') | join }}", "2 40 BAC")]
    [InlineData("{{ [1, 'a', none, 2] | select('string') | list }} {{ [0, 1, ''] | select | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ [1, 2, 3] | select('gt', 1) | list }}", "['a'] [1] [2] [2, 3]")]
    [InlineData("{{ items | first }} {{ items | last }} {{ [] | first }} {{ 'ab' | last }} {{ items | sort }} {{ words | sort }} {{ words | sort(reverse=true, case_sensitive=true) }}", "3 2  b [1, 2, 3] ['A', 'b', 'c'] ['c', 'b', 'A']")]
    [InlineData("{{ 'a-b-c' | replace('-', '+') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'ab' | replace('', '.') }}", "a+b+c bba .a.b.")]
    [InlineData("{{ map | items | list }} {{ map | dictsort(reverse=true) }} {{ map | list }} {{ 'ab' | list }} {{ {'B': 1, 'a': 2} | dictsort }}", "[('x', 1), ('y', 'z')] [('y', 'z'), ('x', 1)] ['x', 'y'] ['a', 'b'] [('a', 2), ('B', 1)]")]
    [InlineData("{{ 'one\\ntwo\\n\\nthree' | indent }} {{ 'a\\nb' | indent(2, first=true) }} {{ 'a\\n\\nb' | indent('> ', blank=true) }}", "one\n    two\n\n    three   a\n  b a\n> \n> b")]
    [InlineData("{{ '42' | int }} {{ '4.9' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ 'ff' | int(base=16) }} {{ '1.5' | float }} {{ 2.567 | round(1) }} {{ 2.5 | round }} {{ -3 | abs }}", "42 4 7 3 255 1.5 2.6 2.0 3")]
    [InlineData("{{ [1, 2, 1, 'a', 'A'] | unique | list }} {{ items | reverse | list }} {{ 'abc' | reverse }} {{ items | max }} {{ items | min }}", "[1, 2, 'a'] [2, 1, 3] cba 3 1")]
    [InlineData("{{ people | groupby('role') | map('first') | list }} {{ [1, 2, 3] | batch(2, 0) | list }} {{ 5 | string + 'x' }} {{ 'a' | safe }} {{ '<a>' | e }}", "['tool', 'user'] [[1, 2], [3, 0]] 5x a &lt;a&gt;")]
    public void Filters_change_values_as_Jinja_does(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("[{{ text.strip() }}] [{{ '  a '.lstrip() }}] [{{ '  a '.rstrip() }}] [{{ 'xay'.strip('xy') }}]", "[two\nlines] [a ] [  a] [a]")]
    [InlineData("{{ 'a,b,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a</t>b'.split('</t>')[-1] }}", "['a', 'b', 'c'] ['a', 'b'] ['a', 'b,c'] ['a,b', 'c'] b")]
    [InlineData("{{ name.startswith('A') }} {{ name.endswith(('x', 'da')) }} {{ name.upper() }} {{ 'aB'.lower() }} {{ \"ab c'd\".title() }} {{ 'ab'.capitalize() }}", "True True ADA ab Ab C'D Ab")]
    [InlineData("{{ 'abab'.find('b') }} {{ 'abab'.rfind('b') }} {{ 'abab'.count('ab') }} {{ 'a.b'.partition('.') }} {{ 'abab'.replace('a', 'x', 1) }} {{ 'a\\nb'.splitlines() }}", "1 3 2 ('a', '.', 'b') xbab ['a', 'b']")]
    [InlineData("{{ '12'.isdigit() }} {{ 'ab'.isalpha() }} {{ 'pre-x'.removeprefix('pre-') }} {{ '7'.zfill(3) }} {{ 'a'.ljust(3, '.') }} {{ ', '.join(words) }}", "True True x 007 a.. b, A, c")]
    [InlineData("{{ map.items() | list }} {{ map.keys() | list }} {{ map.values() | list }} {{ map.get('x') }} {{ map.get('q') }} {{ map.get('q', 5) }}", "[('x', 1), ('y', 'z')] ['x', 'y'] [1, 'z'] 1 None 5")]
    public void Strings_and_dicts_have_the_methods_of_Python(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{% if missing %}a{% elif number > 5 %}b{% else %}c{% endif %}", "b")]
    [InlineData("{% for i in items %}{{ loop.index }}/{{ loop.length }}:{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}", "1/3:3, 2/3:1, 3/3:2")]
    [InlineData("{% for p in people if p.role == 'user' %}{{ loop.index0 }}{{ p.name }}{{ loop.first }}{{ loop.revindex }} {% else %}none{% endfor %}", "0AdaTrue2 1CyFalse1 ")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %} {% for c in 'ab' %}[{{ c }}]{% endfor %} {% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}", "none [a][b] x=1;y=z;")]
    [InlineData("{% for i in items %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {{ loop.cycle('a', 'b') }} {% endfor %}", "<3>1 a 3<1>2 b 1<2> a ")]
    [InlineData("{% for i in range(6) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "023")]
    [InlineData("{% set x = 1 %}{% for i in items %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "4 2 3 1")]
    [InlineData("{% set ns = namespace(sum=0, found=false) %}{% for i in items %}{% set ns.sum = ns.sum + i %}{% endfor %}{{ ns.sum }} {{ ns.found }}", "6 False")]
    [InlineData("{% set a, b = 1, 'two' %}{{ b }}{{ a }}{% set block %}in {{ a }}{% endset %}[{{ block }}]{% set up | upper %}shout{% endset %}{{ up }}", "two1[in 1]SHOUT")]
    [InlineData("{% macro tag(name, body='', sep='-') %}<{{ name }}{{ sep }}{{ body }}>{% endmacro %}{{ tag('a') }}{{ tag('b', 'x') }}{{ tag('c', sep='=', body='y') }}", "<a-><b-x><c=y>")]
    [InlineData("{% macro walk(n) %}{{ n }}{% if n > 0 %}{{ walk(n - 1) }}{% endif %}{% endmacro %}{{ walk(3) }}", "3210")]
    [InlineData("{% macro box() %}[{{ caller('in') }}]{% endmacro %}{% call(x) box() %}{{ x }}!{% endcall %}", "[in!]")]
    [InlineData("{% filter upper %}a{{ name }}{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{% raw %}{{ raw }}{% endraw %}", "AADA3{{ raw }}")]
    public void Statements_run_as_in_Jinja(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("a\n{% if yes %}\nb\n{% endif %}\nc", "a\nb\nc")]
    [InlineData("a \n  {% if yes %}  \n  b\n  {% endif %}  \nc\n", "a \n  \n  b\n  \nc")]
    [InlineData("a\n{%- if yes -%}\n  b  \n{%- endif -%}\nc", "abc")]
    [InlineData("a\n  {%+ if yes +%}\nb\n{% endif %}", "a\n  \nb\n")]
    [InlineData("a  {{- ' b ' -}}  c  {{ 'd' }}\n\ne", "a b c  d\n\ne")]
    [InlineData("a\n  {# note #}\nb {#- note -#} c", "a\nbc")]
    [InlineData("{% for i in items %}\n  {{ i }}\n{% endfor %}\nend\n\n", "  3\n  1\n  2\nend\n")]
    [InlineData("x {% if yes %} y {% endif %} z\r\n{% if yes %}\r\nw{% endif %}", "x  y  z\nw")]
    [InlineData("  {% set a = 1 %}\n  {{ a }}\n\t{%- set b = 2 %}\n {{- b }}", "  12")]
    [InlineData("{%- raw -%}  {% x %} {%- endraw %}  \n !", "{% x %}  \n !")]
    [InlineData("{{ {'a': {'b': 1}}['a'] }}{{ '}}' }}{% if '%}' %}y{% endif %}", "{'b': 1}}}y")]
    public void Whitespace_around_tags_goes_as_trim_blocks_and_lstrip_blocks_say(string template, string expected) =>
        Assert.Equal(expected, Render(template));

    private static string Render(string template)
    {
        static JinjaMap Map(params (string Key, object? Value)[] pairs) => new(pairs.Select(pair => new KeyValuePair<object?, object?>(pair.Key, pair.Value)));

        return Templates.Render(
            template,
            ("name", "Ada"),
            ("text", "  two\nlines \n"),
            ("none", null),
            ("yes", true),
            ("number", 7L),
            ("items", new JinjaList([3L, 1L, 2L])),
            ("words", new JinjaList(["b", "A", "c"])),
            ("map", Map(("x", 1L), ("y", "z"))),
            ("people", new JinjaList(
            [
                Map(("name", "Ada"), ("age", 36L), ("role", "user")),
                Map(("name", "Bo"), ("age", 4L), ("role", "tool")),
                Map(("name", "Cy"), ("role", "user")),
            ])));
    }
}
