using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.Dialects.GeminiSchemas;

using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiSchemaTests
{
    private static (string Subset, bool Approximated) Write(string schema)
    {
        var approximated = false;
        return (Text(json => approximated = GeminiSchemaWriter.Write(Json(schema), json)), approximated);
    }

    [Theory]
    // What both say the same way.
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","description":"A."}},"required":["a"]}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING","description":"A."}},"required":["a"]}""", false)]
    [InlineData("""{"type":["string","null"]}""", """{"type":"STRING","nullable":true}""", false)]
    [InlineData("""{"type":["string","null"],"enum":["a","b",null]}""", """{"type":"STRING","nullable":true,"enum":["a","b"]}""", false)]
    [InlineData("""{"type":"integer","format":"int64","minimum":1,"maximum":9}""", """{"type":"INTEGER","minimum":1,"maximum":9,"format":"int64"}""", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""", false)]
    // References are inlined; what stands beside one wins.
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"Mine."}},"$defs":{"A":{"type":"string","description":"Theirs."}}}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING","description":"Mine."}}}""", true)]
    [InlineData("""{"type":"array","items":{"$ref":"#/definitions/a~1b"},"definitions":{"a/b":{"type":"number"}}}""", """{"type":"ARRAY","items":{"type":"NUMBER"}}""", true)]
    [InlineData("""{"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}}}}}""",
        """{"type":"OBJECT","properties":{"next":{"type":"OBJECT"}}}""", true)]
    [InlineData("""{"$ref":"https://example.com/schema"}""", """{"type":"OBJECT"}""", true)]
    // Unions.
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"type":"STRING","nullable":true}""", true)]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}""", """{"nullable":true,"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""", true)]
    [InlineData("""{"type":["string","integer"]}""", """{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}""", true)]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"string"}},"required":["b"]}]}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}},"required":["b"]}""", true)]
    // Formats, keywords and enumerations that older models refuse.
    [InlineData("""{"type":"string","format":"email"}""", """{"type":"STRING"}""", true)]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","contentEncoding":"x"}}}""",
        """{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}""", true)]
    [InlineData("""{"type":"integer","enum":[1,2]}""", """{"type":"INTEGER"}""", true)]
    [InlineData("""{"type":"string","const":"x"}""", """{"type":"STRING","enum":["x"]}""", true)]
    [InlineData("""{"type":"object","required":["gone"]}""", """{"type":"OBJECT"}""", true)]
    [InlineData("""{"type":"array"}""", """{"type":"ARRAY","items":{"type":"STRING"}}""", true)]
    [InlineData("""{"type":"array","items":[{"type":"integer"},{"type":"string"}]}""", """{"type":"ARRAY","items":{"type":"INTEGER"}}""", true)]
    // No type, and no schema.
    [InlineData("""{"enum":["a"]}""", """{"type":"STRING","enum":["a"]}""", true)]
    [InlineData("{}", """{"type":"STRING"}""", true)]
    [InlineData("""{"type":"object","properties":{"a":true,"type":{"type":"string"}}}""", """{"type":"OBJECT","properties":{"a":{"type":"OBJECT"},"type":{"type":"STRING"}}}""", true)]
    public void A_schema_is_written_as_the_subset_that_older_models_take(string schema, string subset, bool approximated)
    {
        Assert.Equal((subset, approximated), Write(schema));
    }

    [Fact]
    public void References_that_multiply_cost_bounded_work()
    {
        var schema = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (var i = 0; i < 40; i++)
        {
            schema.Append($"\"d{i}\":{{\"type\":\"object\",\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{i + 1}\"}},\"b\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}}}},");
        }

        schema.Append("\"d40\":{\"type\":\"string\"}}}");

        var (subset, approximated) = Write(schema.ToString());
        Assert.True(approximated);
        Assert.InRange(subset.Length, 1, 200_000);
    }

    [Theory]
    [InlineData("""{"type":"OBJECT","properties":{"b":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},"a":{"type":"ARRAY","items":{"type":"INTEGER"},"minItems":"2"}},"propertyOrdering":["a","b"]}""",
        """{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"},"minItems":2},"b":{"type":["string","null"],"enum":["x",null]}}}""")]
    [InlineData("""{"any_of":[{"type":"STRING"},{"type":"NUMBER"}],"nullable":true}""", """{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}""")]
    [InlineData("""{"type":"object","properties":{"type":{"type":"string"}},"example":{"type":"x"}}""",
        """{"type":"object","properties":{"type":{"type":"string"}},"examples":[{"type":"x"}]}""")]
    [InlineData("""{"type":"TYPE_UNSPECIFIED","description":null}""", "{}")]
    public void The_subset_is_read_as_a_json_schema(string subset, string schema)
    {
        Assert.Equal(schema, GeminiSchemaReader.Read(Json(subset)).GetRawText());
    }

    /// <summary>What is written without being reported reads back as the same schema.</summary>
    [Fact]
    public void Nothing_is_lost_without_being_reported()
    {
        Prop.ForAll(Schemas(depth: 3).ToArbitrary(), static schema =>
        {
            var (subset, approximated) = Write(schema);
            return approximated || JsonElement.DeepEquals(Json(schema), GeminiSchemaReader.Read(Json(subset)));
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<string> Schemas(int depth)
    {
        Gen<string> leaf = Gen.Elements(
            """{"type":"string"}""", """{"type":"integer","format":"int32"}""", """{"type":["number","null"]}""", """{"type":"boolean","description":"B."}""",
            """{"type":"string","enum":["a","b"]}""", """{"type":"string","format":"date"}""", """{"type":"string","minLength":1,"pattern":"x"}""",
            """{"const":1}""", """{"type":"string","default":"d","title":"T"}""", """{"type":["string","integer"]}""", "true");
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Schemas(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Select(static item => $$"""{"type":"array","items":{{item}},"maxItems":3}"""),
            inner.Two().Select(static two => "{\"anyOf\":[" + two.Item1 + "," + two.Item2 + "]}"),
            inner.Two().Select(static two => "{\"type\":\"object\",\"properties\":{\"p\":" + two.Item1 + ",\"q\":" + two.Item2 + "},\"required\":[\"q\"]}"));
    }
}
