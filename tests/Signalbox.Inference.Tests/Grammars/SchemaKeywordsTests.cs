using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

/// <summary>What each keyword lets through, text by text.</summary>
public sealed class SchemaKeywordsTests
{
    [Theory]
    [InlineData("true", "{\"a\":[1,null,{\"b\":\"x\"}]}")]
    [InlineData("{}", "-0.5e+3")]
    [InlineData("""{"type":"null"}""", "null")]
    [InlineData("""{"type":["integer","null"]}""", "null")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"const":{"a":[1,"ä\n"]}}""", "{\"a\":[1,\"ä\\n\"]}")]
    [InlineData("""{"enum":["a",1,null]}""", "1")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}},"required":["b"]}""", "{\"a\": 1, \"b\":null}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}},"required":["b"]}""", "{\"b\":null}")]
    [InlineData("""{"properties":{"a \"q\" ü":{"type":"integer"}}}""", "{\"a \\\"q\\\" ü\":1}")]
    [InlineData("""{"type":"object","required":["z"]}""", "{\"z\":[]}")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"boolean"},"maxProperties":2}""", "{\"x\":true,\"y\":false}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""", "{\"a\":1,\"ab\":true,\"\":false}")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1,2, 3]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"const":"x"}],"items":{"type":"null"}}""", "[1,\"x\",null,null]")]
    [InlineData("""{"type":"array","items":[{"type":"integer"}],"additionalItems":{"type":"null"}}""", "[1,null]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", "[\"c\",\"a\"]")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":-0.5,"exclusiveMaximum":7},"uniqueItems":true}""", "[6,0,1,2,3,4,5]")]
    [InlineData("""{"type":"array","items":{"type":["boolean","null"]},"uniqueItems":true,"minItems":3}""", "[true,null,false]")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":2}""", "\"ä\\n\"")]
    [InlineData("""{"type":"string","minLength":1,"maxLength":2}""", "\"\\ud83d\\ude00\"")]
    [InlineData("""{"type":"string"}""", "\"😀 \\/ \\u00e9 \\b\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\"")]
    [InlineData("""{"type":"string","format":"a-word-of-my-own"}""", "\"anything\"")]
    [InlineData("""{"type":"string","pattern":"^\"\\\\$"}""", "\"\\\"\\\\\"")]
    [InlineData("""{"type":"string","format":"email","minLength":5,"maxLength":254}""", "\"ann@example.org\"")]
    [InlineData("""{"type":"string","pattern":"^(é\"){2,}$","maxLength":6}""", "\"é\\\"é\\\"é\\\"\"")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":12}""", "-5")]
    [InlineData("""{"type":"integer","minimum":0,"maximum":9223372036854775807}""", "999999999999999")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"maximum":1}""", "0.0000000001")]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":true}""", "1.5")]
    [InlineData("""{"type":"number","multipleOf":0.25}""", "-7.75")]
    [InlineData("""{"anyOf":[{"type":"integer","minimum":5},{"type":"string"}],"maximum":7}""", "7")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"array","items":{"$ref":"#"}}]}""", "[[\"a\"],\"b\"]")]
    [InlineData("""{"oneOf":[{"enum":[1,2]},{"enum":[2,3]}]}""", "3")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":3}},"required":["a"]}]}""", "{\"a\":3}")]
    [InlineData("""{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"boolean"}}}""", "true")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "null")]
    [InlineData("""{"properties":{"a":false,"b":{"type":"null"}}}""", "{\"b\":null}")]
    public void A_valid_text_can_be_written(string schema, string text) => Assert.True(Grammar.Accepts(schema, text));

    [Theory]
    [InlineData("{}", " 1")]
    [InlineData("{}", "{\"a\":  1}")]
    [InlineData("{}", "[1 ]")]
    [InlineData("{}", "01")]
    [InlineData("{}", "1.")]
    [InlineData("{}", "-0")]
    [InlineData("""{"type":"string"}""", "\"a\nb\"")]
    [InlineData("""{"type":"string"}""", "\"\\ud83d\"")]
    [InlineData("""{"type":"string"}""", "\"\\ude00\"")]
    [InlineData("""{"type":"string"}""", "\"\\x41\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}},"required":["b"]}""", "{\"a\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}}}""", "{\"b\":null,\"a\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}}}""", "{\"a\":1,\"c\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""", "{\"a\":true}")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{},"c":{}},"minProperties":2}""", "{\"b\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{},"c":{}},"maxProperties":2}""", "{\"a\":1,\"b\":1,\"c\":1}")]
    [InlineData("""{"type":"object","additionalProperties":{},"maxProperties":1}""", "{\"a\":1,\"b\":1}")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1]")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""", "[1,2,3,4]")]
    [InlineData("""{"type":"array","items":[{"type":"integer"}],"additionalItems":false}""", "[1,1]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", "[\"c\",\"c\"]")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":2}""", "\"ä\"")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0,"exclusiveMaximum":7},"uniqueItems":true}""", "[6,6]")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0,"exclusiveMaximum":7},"uniqueItems":true}""", "[7]")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"ab\"")]
    [InlineData("""{"type":"string","pattern":"^(é\"){2,}$","maxLength":5}""", "\"é\\\"é\\\"é\\\"\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2023-02-29\"")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":12}""", "-6")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":12}""", "13")]
    [InlineData("""{"type":"integer"}""", "1.0")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"maximum":1}""", "0.000")]
    [InlineData("""{"type":"number","exclusiveMaximum":1}""", "1.00")]
    [InlineData("""{"type":"number","multipleOf":0.25}""", "0.3")]
    [InlineData("""{"oneOf":[{"enum":[1,2]},{"enum":[2,3]}]}""", "2")]
    [InlineData("""{"type":"string","enum":["a",1]}""", "1")]
    public void An_invalid_text_cannot_be_written(string schema, string text) => Assert.False(Grammar.Accepts(schema, text));

    [Fact]
    public void Bytes_that_are_no_characters_cannot_be_written()
    {
        var grammar = Grammar.Of("""{"type":"string"}""");
        Assert.True(Grammar.Accepts(grammar, [(byte)'"', 0xE2, 0x82, 0xAC, (byte)'"']));
        foreach (var broken in (byte[][])[[0x80], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]])
        {
            Assert.False(Grammar.Accepts(grammar, [(byte)'"', .. broken, (byte)'"']), Convert.ToHexString(broken));
        }
    }

    [Fact]
    public void More_unique_items_than_can_be_kept_in_any_order_come_in_the_order_of_their_list()
    {
        var grammar = Grammar.Of("""{"type":"array","items":{"type":"integer","enum":[9,8,7,6,5,4,3,2,1,0]},"uniqueItems":true,"maxItems":3}""");
        Assert.True(Grammar.Accepts(grammar, "[9,4,0]"));
        Assert.False(Grammar.Accepts(grammar, "[4,9]"));
        Assert.False(Grammar.Accepts(grammar, "[9,8,7,6]"));
    }
}
