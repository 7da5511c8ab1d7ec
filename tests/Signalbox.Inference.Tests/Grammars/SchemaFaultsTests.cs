using System.Text;
using System.Text.Json;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

public sealed class SchemaFaultsTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{"minimum":5,"maximum":3}}}""", "#/properties/a")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "#")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "#")]
    [InlineData("""{"type":"array","prefixItems":[{}],"items":false,"minItems":2}""", "#")]
    [InlineData("""{"enum":[]}""", "#")]
    [InlineData("""{"type":"string","enum":[1,2]}""", "#")]
    [InlineData("""{"properties":{"a/b":false},"required":["a/b"]}""", "#")]
    [InlineData("""{"required":["a","b"],"maxProperties":1}""", "#")]
    [InlineData("""{"additionalProperties":false,"required":["a"]}""", "#")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "#")]
    [InlineData("""{"type":"integer","minimum":0.1,"maximum":0.9}""", "#")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"anyOf":[{"$ref":"#"}]}""", "#")]
    [InlineData("""{"properties":{"a":{"$ref":"#"}},"required":["a"]}""", "#")]
    [InlineData("""{"items":{"$ref":"#"},"minItems":1}""", "#")]
    [InlineData("""{"properties":{"a":{"type":"text"}}}""", "#/properties/a/type")]
    [InlineData("""{"minimum":"5"}""", "#/minimum")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf")]
    [InlineData("""{"anyOf":[]}""", "#/anyOf")]
    [InlineData("""{"type":"string","pattern":"^a$","minLength":5}""", "#")]
    [InlineData("false", "#")]
    [InlineData("7", "#")]
    public void A_schema_that_contradicts_itself_is_refused_at_its_path(string schema, string path)
    {
        var fault = Grammar.FaultOf(schema);
        Assert.Equal(EngineFaultKind.InvalidRequest, fault.Kind);
        Assert.StartsWith($"The JSON schema at {path}: ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"not":{"type":"null"}}}}""", "#/properties/a/not")]
    [InlineData("""{"if":{},"then":{}}""", "#/if")]
    [InlineData("""{"patternProperties":{"^x":{}}}""", "#/patternProperties")]
    [InlineData("""{"type":"array","contains":{}}""", "#/contains")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"type":"string"}}""", "#/uniqueItems")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "#/oneOf")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", "#/pattern")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "#/pattern")]
    [InlineData("""{"type":"string","pattern":"\\bword"}""", "#/pattern")]
    [InlineData("""{"type":"string","pattern":"a(^b)"}""", "#/pattern")]
    [InlineData("""{"$ref":"https://example.org/schema"}""", "#/$ref")]
    [InlineData("""{"additionalProperties":{},"minProperties":2}""", "#")]
    [InlineData("""{"type":"number","multipleOf":1234567.891}""", "#/multipleOf")]
    public void A_schema_that_cannot_be_kept_is_refused_at_its_path(string schema, string path)
    {
        var fault = Grammar.FaultOf(schema);
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.StartsWith($"The JSON schema at {path}: ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"integer","title":"t","description":"d","default":1,"examples":[1],"deprecated":true,"$comment":"c","x-mine":{"not":1}}""")]
    [InlineData("""{"type":"integer","patternProperties":{},"unevaluatedProperties":false}""")]
    public void Annotations_have_no_force(string schema) => Assert.True(Grammar.Accepts(schema, "5"));

    public static TheoryData<string> HostileSchemas() =>
    [
        $"{{\"type\":\"string\",\"pattern\":\"{string.Concat(Enumerable.Repeat("(", 500))}\"}}",
        """{"type":"string","pattern":"((a{1,500}){1,500}){1,500}"}""",
        """{"type":"string","pattern":"(a|b)*a(a|b){20}"}""",
        """{"type":"string","pattern":"^[a-z]{1,1900}$","minLength":5000}""",
        """{"type":"string","minLength":1e300}""",
        """{"type":"array","minItems":1e9,"items":{}}""",
        """{"type":"number","multipleOf":1e-300}""",
        """{"type":"number","minimum":1e300}""",
        """{"enum":["\ud800"]}""",
        """{"properties":{"\udc00":{}}}""",
        $"{{\"anyOf\":[{string.Join(',', Enumerable.Repeat("{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"boolean\"}]}", 300))}]}}",
        $"{{\"allOf\":[{string.Join(',', Enumerable.Range(0, 40).Select(static i => $"{{\"anyOf\":[{{\"maxLength\":{i}}},{{\"minLength\":{i}}}]}}"))}]}}",
        $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{string.Join(',', Enumerable.Range(0, 400).Select(static i => $"\"d{i}\":{{\"properties\":{{\"a\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}}},\"required\":[\"a\"]}}"))},\"d400\":{{}}}}}}",
        $"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{string.Join(',', Enumerable.Range(0, 400).Select(static i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}}"))},\"d400\":{{}}}}}}",
        $"{{\"oneOf\":[{string.Join(',', Enumerable.Range(0, 200).Select(static i => "{\"oneOf\":[{\"$ref\":\"#\"},{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}]}"))}]}}",
        $"{string.Concat(Enumerable.Repeat("{\"items\":", 300))}{{}}{new string('}', 300)}",
        $"{{\"enum\":[\"{new string('x', 300_000)}\"]}}",
        $"{{\"type\":\"array\",\"maxItems\":4000,\"items\":{{\"type\":\"array\",\"minItems\":60000,\"items\":[{string.Join(',', Enumerable.Repeat("{\"minItems\":60000,\"items\":{}}", 20))}]}}}}",
    ];

    [Theory]
    [MemberData(nameof(HostileSchemas))]
    public void A_hostile_schema_ends_in_a_fault_within_its_bounds(string schema)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Grammar.FaultOf(schema);
        Assert.NotEmpty(fault.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 400 << 20, $"{(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MiB");
    }

    public static TheoryData<string> CostlyPatterns() =>
    [
        $"{{\"type\":\"string\",\"pattern\":\"^({string.Join('|', Enumerable.Range(0x4E00, 800).Select(static c => (char)c))})*$\"}}",
        """{"type":"string","pattern":"^(((){2000}){2000}){2000}$"}""",
        $"{{\"anyOf\":[{string.Join(',', Enumerable.Range(0, 60).Select(static i => $"{{\"type\":\"string\",\"pattern\":\"^[{string.Concat(Enumerable.Range(0, 1200).Select(c => (char)(0x4E00 + i + (2 * c))))}]{{3}}$\"}}"))}]}}",
        $"{{\"anyOf\":[{string.Join(',', Enumerable.Range(0, 250).Select(static i => $"{{\"type\":\"string\",\"pattern\":\"^.{{2000}}{i}$\"}}"))}]}}",
        $"{{\"anyOf\":[{string.Join(',', Enumerable.Range(0, 250).Select(static i => $"{{\"type\":\"string\",\"pattern\":\"[a-z]a.{{8}}{i}$\"}}"))}]}}",
        $"{{\"properties\":{{{string.Join(',', Enumerable.Range(0, 4000).Select(static i => $"\"p{i}\":{{\"type\":\"string\",\"pattern\":\"^.{{100}}{i}\"}}"))}}}}}",
        """{"type":"string","minLength":16000,"pattern":"^(a|.)*$"}""",
    ];

    [Theory]
    [MemberData(nameof(CostlyPatterns))]
    public void Patterns_take_no_more_memory_than_one_schema_may(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        _ = PieceTokenizer.OfBytes().Trie;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var compiled = JsonSchemaGrammar.TryCompile(document.RootElement, PieceTokenizer.OfBytes(), out _, out var fault);
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.ElapsedMilliseconds} ms, {(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MiB, {compiled} {fault?.Message}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 150 << 20, $"{(GC.GetAllocatedBytesForCurrentThread() - before) >> 20} MiB, {compiled}");
    }

    [Fact]
    public void Damaged_schemas_end_in_a_grammar_or_a_fault()
    {
        var random = new Random(11);
        var schemas = new RandomSchema(12);
        string[] words = ["null", "\"\"", "-1", "[]", "{}", "true", "1e999", "\"#\"", "[{}]", "\"string\""];
        for (var i = 0; i < 500; i++)
        {
            // One value after a colon becomes another one.
            var text = schemas.Next();
            var colons = Enumerable.Range(0, text.Length).Where(at => text[at] == ':').ToArray();
            var at = colons.Length == 0 ? 0 : colons[random.Next(colons.Length)] + 1;
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[at..]));
            try
            {
                reader.Read();
                reader.Skip();
                text = string.Concat(text[..at], words[random.Next(words.Length)], Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text[at..])[(int)reader.BytesConsumed..]));
                using var schema = JsonDocument.Parse(text);
                Assert.True(JsonSchemaGrammar.TryCompile(schema.RootElement, PieceTokenizer.OfBytes(), out var grammar, out var fault) ? fault is null : grammar is null && fault is not null);
            }
            catch (JsonException)
            {
                // The colon stood inside a text.
            }
        }
    }

    [Fact]
    public void A_vocabulary_without_all_bytes_is_refused()
    {
        var tokenizer = new PieceTokenizer([.. Enumerable.Range(0, 256).Where(static b => b != 'z').Select(static b => new[] { (byte)b })]);
        var fault = Grammar.FaultOf("{}", tokenizer);
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("0x7A", fault.Message, StringComparison.Ordinal);
    }
}
