using Signalbox.Inference.ChatTemplates.Jinja;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.ChatTemplates;

public sealed class JinjaFaultTests
{
    [Fact]
    public void What_a_template_refuses_is_the_requests_fault_in_its_own_words()
    {
        var (text, fault) = Templates.TryRender("before {{ raise_exception('roles must ' ~ 'alternate') }} after");

        Assert.Null(text);
        Assert.Equal(EngineFaultKind.InvalidRequest, fault!.Kind);
        Assert.Contains("roles must alternate", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n\n{% include 'x' %}", "line 3", "include")]
    [InlineData("{{ a", "line 1", "not closed")]
    [InlineData("{{ 'a }}", "line 1", "string")]
    [InlineData("\n{% if a %}", "line 2", "endif")]
    [InlineData("{% for x y %}{% endfor %}", "line 1", "'in'")]
    [InlineData("{% endfor %}", "line 1", "not begun")]
    [InlineData("{{ 1 + }}", "line 1", "expression")]
    [InlineData("{{ ) }}", "line 1", "')'")]
    [InlineData("{{ a ? b }}", "line 1", "'?'")]
    [InlineData("{# a", "line 1", "comment")]
    [InlineData("{% raw %} a", "line 1", "raw")]
    [InlineData("{% for a in b recursive %}{% endfor %}", "line 1", "recursive")]
    public void A_template_that_cannot_be_read_says_where_and_why(string template, string where, string why)
    {
        Assert.False(JinjaTemplate.TryParse(template, out _, out var fault));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains(where, fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n{{ missing.x }}", "'missing' is undefined")]
    [InlineData("\n{{ missing + 1 }}", "'missing' is undefined")]
    [InlineData("\n{{ missing() }}", "'missing' is undefined")]
    [InlineData("\n{{ 'a' + 1 }}", "a string + an integer")]
    [InlineData("\n{{ 1 / 0 }}", "division by zero")]
    [InlineData("\n{{ 1 % 0 }}", "division by zero")]
    [InlineData("\n{% for i in 5 %}{% endfor %}", "an integer has no items")]
    [InlineData("\n{{ 1 < 'a' }}", "no order")]
    [InlineData("\n{{ missing | tojson }}", "JSON")]
    [InlineData("\n{{ 'a' | shout }}", "the filter 'shout'")]
    [InlineData("\n{{ 'a' is loud }}", "the test 'loud'")]
    [InlineData("\n{{ 9223372036854775807 + 1 }}", "too large")]
    [InlineData("\n{{ {[1]: 2} }}", "cannot be a key")]
    [InlineData("\n{{ 'abc'.nothing() }}", "no 'nothing'")]
    [InlineData("\n{% set a, b = 1, 2, 3 %}", "3 values")]
    [InlineData("\n{% set a.b = 1 %}", "no namespace")]
    public void What_is_not_possible_ends_the_rendering_with_its_line(string template, string why)
    {
        var (_, fault) = Templates.TryRender(template);

        Assert.Equal(EngineFaultKind.Unsupported, fault!.Kind);
        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_filter_in_a_branch_that_is_not_reached_does_no_harm() =>
        Assert.Equal("ok", Templates.Render("{% if false %}{{ 'a' | shout }}{% endif %}ok"));

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(t='aaaaaaaaaa') %}{% for a in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for a in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}")]
    [InlineData("{{ 'a' * 9000000000000 }}")]
    [InlineData("{{ [1] * 9223372036854775807 }}")]
    [InlineData("{{ range(999999999) }}")]
    [InlineData("{{ range(-9223372036854775807, 9223372036854775807) }}")]
    [InlineData("{{ 'a' | indent(999999999) }}{{ 'a'.ljust(999999999) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ 2 ** 9999999999 }}")]
    [InlineData("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}")]
    [InlineData("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(500) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(500) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(500) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}")]
    [InlineData("{% for i in range(99999) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}")]
    [InlineData("{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}")]
    [InlineData("{{ ('ab' * 1000000).replace('', 'b' * 10000) }}")]
    public void A_hostile_template_ends_in_a_fault_before_it_does_harm(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (_, fault) = Templates.TryRender(template);

        Assert.Equal(EngineFaultKind.Unsupported, fault!.Kind);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000_000L);
    }

    [Fact]
    public void Nesting_beyond_all_sense_is_refused()
    {
        foreach (var (open, middle, close) in new[] { ("(", "1", ")"), ("[", "", "]"), ("{1:", "1", "}"), ("-", "1", ""), ("not ", "1", ""), ("a(", "", ")"), ("1 if ", "1", " else 2") })
        {
            var nested = "{{ " + string.Concat(Enumerable.Repeat(open, 20_000)) + middle + string.Concat(Enumerable.Repeat(close, 20_000)) + " }}";
            if (open != "not ")
            {
                Assert.NotNull(Templates.TryRender(nested).Fault);
            }
            else
            {
                Assert.Equal("True", Templates.Render(nested));
            }
        }

        Assert.NotNull(Templates.TryRender("{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 20_000)) + " }}").Fault);
        Assert.NotNull(Templates.TryRender("{{ a" + string.Concat(Enumerable.Repeat("|upper", 20_000)) + " }}").Fault);
        Assert.NotNull(Templates.TryRender("{{ a" + string.Concat(Enumerable.Repeat(".b", 20_000)) + " }}").Fault);
        Assert.NotNull(Templates.TryRender(string.Concat(Enumerable.Repeat("{% if 1 %}", 20_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 20_000))).Fault);
        Assert.NotNull(Templates.TryRender("{% set " + new string('(', 20_000) + "a" + new string(')', 20_000) + " = 1 %}").Fault);
        Assert.Equal("41", Templates.Render("{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 40)) + " }}"));
    }

    [Fact]
    public void Any_soup_of_template_pieces_ends_in_text_or_a_fault()
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", " ", "\n", "if", "else", "elif", "endif", "for", "in", "endfor", "set", "endset", "macro", "endmacro", "call", "endcall", "with",
            "a", "b", "loop", "ns", "namespace(a=1)", "namespace()", ".", "a.b", "[", "]", "(", ")", "{", "}", ":", ",", "|", "upper", "tojson", "join", "map", "list", "sort", "first", "items", "is",
            "not", "and", "or", "none", "true", "defined", "'", "\"", "'x'", "1", "2.5", "-", "+", "*", "**", "//", "%", "~", "=", "==", "<", "range(9)", "raw", "endraw", "break", "continue", "\\", "text",
            "{% for a in b %}", "{% endfor %}", "{% if a %}", "{% endif %}", "{{ a }}", "{% set a = ", "filter", "generation", "endfilter", "😀", "recursive", "caller()", "'%s' %",
        ];
        var random = new Random(20);
        for (var round = 0; round < 20_000; round++)
        {
            var template = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)] + (random.Next(2) == 0 ? " " : "")));
            var (text, fault) = Templates.TryRender(template, ("a", "value"), ("b", new JinjaList([1L, "x", null])));
            Assert.True(text is null != fault is null, template);
        }
    }
}
