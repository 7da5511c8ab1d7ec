using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

public class ConfigSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(ConfigSchema.Generate()).RootElement;

    [Fact]
    public void The_schema_file_is_the_one_the_records_make() =>
        GeneratedFiles.AssertCurrent("signalbox.schema.json", Encoding.UTF8.GetString(ConfigSchema.Generate()));

    [Theory]
    [InlineData("fields")]
    [InlineData("presets")]
    public void The_tables_in_the_documentation_are_the_ones_the_code_makes(string part)
    {
        var opening = $"<!-- generated: {part} -->\n";
        var page = Repository.Read("docs/configuration.md");
        var begin = page.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        var end = page.IndexOf("<!-- end of generated -->", begin, StringComparison.Ordinal);
        Assert.InRange(begin, opening.Length, end);

        var table = part == "fields" ? ConfigReference.Fields() : ConfigReference.Presets();
        GeneratedFiles.AssertCurrent("docs/configuration.md", $"{page[..begin]}\n{table}{page[end..]}");
    }

    [Theory]
    [InlineData("""{ "server": { "url": [] } }""")]
    [InlineData("""{ "server": { "requireKeys": "always" } }""")]
    [InlineData("""{ "server": { "urls": [] } }""")]
    [InlineData("""{ "providers": { "a": { "idleTimeout": "5" } } }""")]
    [InlineData("""{ "providers": { "a": { "maxAttempts": 11 } } }""")]
    [InlineData("""{ "models": { "a": {} } }""")]
    [InlineData("""{ "models": { "a": { "provider": "b", "price": { "input": -1, "output": 1 } } } }""")]
    public void The_schema_refuses_what_the_reader_refuses(string json)
    {
        Assert.Null(Given.Parse(json).Config);
        Assert.NotEmpty(Against(json));
    }

    [Fact]
    public void The_schema_takes_the_example_with_every_field() => Assert.Empty(Against(Given.EveryField));

    [Fact]
    public void The_schema_takes_references_in_place_of_any_text() =>
        Assert.Empty(Against("""{ "server": { "urls": ["${URL}"], "requireKeys": "${K:-auto}" }, "providers": { "a": { "dialect": "${D}", "baseUrl": "${U}", "idleTimeout": "${T}" } } }"""));

    [Fact]
    public void Whatever_the_reader_takes_the_schema_takes_too()
    {
        string[] values = ["null", "true", "0", "1", "-1", "0.5", "2.0", "1e3", "\"\"", "\"5s\"", "\"true\"", "\"auto\"", "\"off\"", "\"http://a\"", "\"HTTP://A\"", "\"*\"", "[]", "[\"mine/x\"]", "{}"];
        var sites = Regex.Matches(Given.Loadable[0], "(?<=\": )(\"[^\"]*\"|[0-9.]+|true|false|\\[[^\\]]*\\])");
        var taken = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(
            Gen.Choose(0, sites.Count - 1).ToArbitrary(), Gen.Elements(values).ToArbitrary(), (index, value) =>
            {
                var site = sites[index];
                var json = string.Concat(Given.Loadable[0].AsSpan(0, site.Index), value, Given.Loadable[0].AsSpan(site.Index + site.Length));
                if (Given.Parse(json).Config is not null)
                {
                    taken++;
                    Assert.Empty(Against(json));
                }
            }));
        Assert.InRange(taken, 100, 1_900);
    }

    private static List<string> Against(string json)
    {
        var complaints = new List<string>();
        JsonSchemaSubset.Check(JsonDocument.Parse(json).RootElement, Schema, "$", complaints);
        return complaints;
    }
}
