using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

/// <summary>Every value of a valid body replaced by every kind of wrong one: a refusal that names a field, or a liberal reading, never an exception.</summary>
public sealed class AnthropicMutationTests
{
    private const string Request = """
        {"model":"m","max_tokens":100,"stream":false,"temperature":0.5,"top_p":0.5,"top_k":5,"stop_sequences":["x"],"metadata":{"user_id":"u"},"cache_control":{"type":"ephemeral"},
         "thinking":{"type":"enabled","budget_tokens":2000,"display":"omitted"},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"minItems":2}]}}},
         "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
         "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}},"strict":true,"cache_control":{"type":"ephemeral"}},{"type":"web_search_20250305","name":"web_search"}],
         "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
         "messages":[
          {"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"image","source":{"type":"url","url":"https://example.test/"}},
            {"type":"image","source":{"type":"file","file_id":"file_1"}},{"type":"document","title":"t","context":"c","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"x"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"b","citations":[{"type":"char_location","cited_text":"q"}]},{"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"tool_use","id":"i","name":"f","input":{"a":1},"caller":{"type":"direct"}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"i","is_error":false,"content":[{"type":"text","text":"r"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},{"type":"tool_result","tool_use_id":"i","content":"r"}]}]}
        """;

    private const string Answer = """
        {"id":"i","type":"message","role":"assistant","model":"m","stop_reason":"stop_sequence","stop_sequence":"x","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},
         {"type":"text","text":"b","citations":[{"type":"char_location","cited_text":"q","url":"https://example.test/"}]},{"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"tool_use","id":"i","name":"f","input":{"a":1},"caller":{"type":"direct"}}],
         "usage":{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":2},"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5,"output_tokens_details":{"thinking_tokens":6}}}
        """;

    private static readonly string[] Events =
    [
        """{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":2}}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"f","input":{"a":1},"caller":{"type":"direct"}}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"server_tool_use","id":"i","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"cut"}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"newer_delta","more":"x","other":[1]}}""",
        """{"type":"content_block_stop","index":1}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"x","url":"y"}}}""",
        """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}""",
        """{"type":"error","error":{"type":"api_error","message":"m"}}""",
    ];

    private static readonly string[] Wrong = ["null", "7", "-1.5e30", "true", "\"\"", "\"\\ud83d\\ude00 x\"", "[]", "{}", "[null]", "{\"type\":7}", "[{\"type\":\"text\"}]"];

    [Fact]
    public void No_mutation_of_a_request_throws_and_what_was_read_can_be_written()
    {
        var refused = 0;
        foreach (var mutant in Mutants(Request))
        {
            var problems = new ReadProblems();
            var request = Dialect.ReadRequest(new InboundRequest(mutant), problems);
            Assert.Equal(request is null, problems.Error is not null);
            refused += request is null ? 1 : 0;
            if (request is not null)
            {
                Write(request);
                Write(request, Newer);
            }
        }

        Assert.InRange(refused, 200, 2000);
    }

    [Fact]
    public void No_mutation_of_an_answer_throws_and_what_was_read_can_be_written()
    {
        foreach (var mutant in Mutants(Answer))
        {
            var problems = new ReadProblems();
            var response = Dialect.ReadResponse(mutant, problems);
            Assert.Equal(response is null, problems.Error is not null);
            if (response is not null)
            {
                WriteAnswer(response);
            }
        }
    }

    [Fact]
    public void No_mutation_of_an_event_throws_anything_but_what_the_pump_expects()
    {
        for (var i = 0; i < Events.Length; i++)
        {
            foreach (var mutant in Mutants(Events[i]))
            {
                var reader = Dialect.CreateStreamReader();
                for (var before = 0; before < i; before++)
                {
                    reader.Read(default, Encoding.UTF8.GetBytes(Events[before]), []);
                }

                var thrown = Record.Exception(() => reader.Read(default, Encoding.UTF8.GetBytes(mutant.GetRawText()), []));
                Assert.True(thrown is null or JsonException or InvalidOperationException, $"{mutant.GetRawText()} {thrown}");
            }
        }
    }

    [Fact]
    public void No_mutation_of_an_error_throws()
    {
        foreach (var mutant in Mutants("""[{"type":"error","error":{"type":"api_error","message":"m","status":"S","code":5},"message":"x","detail":"y"}]"""))
        {
            Assert.NotEmpty(Dialect.ReadError(400, mutant).Message);
        }
    }

    /// <summary>The body with one value replaced or one property left out, in every way.</summary>
    private static IEnumerable<JsonElement> Mutants(string body)
    {
        foreach (var path in Paths(JsonNode.Parse(body)!, []))
        {
            foreach (var wrong in Wrong.Append(null))
            {
                var root = JsonNode.Parse(body)!;
                if (path.Count == 0)
                {
                    root = wrong is null or "null" ? JsonNode.Parse("[]")! : JsonNode.Parse(wrong)!;
                }
                else
                {
                    Replace(root, path, wrong);
                }

                yield return Json(root.ToJsonString());
            }
        }
    }

    private static void Replace(JsonNode root, List<object> path, string? wrong)
    {
        var parent = path.SkipLast(1).Aggregate(root, static (node, key) => (key is int index ? node[index] : node[(string)key])!);
        switch (path[^1])
        {
            case int index: parent[index] = JsonNode.Parse(wrong ?? "null"); break;
            case string name when wrong is null: ((JsonObject)parent).Remove(name); break;
            case string name: parent[name] = JsonNode.Parse(wrong); break;
        }
    }

    private static IEnumerable<List<object>> Paths(JsonNode? node, List<object> path)
    {
        yield return path;
        var children = node switch
        {
            JsonObject obj => obj.Select(static p => ((object)p.Key, p.Value)),
            JsonArray array => array.Select(static (item, i) => ((object)i, item)),
            _ => [],
        };
        foreach (var (key, child) in children)
        {
            foreach (var below in Paths(child, [.. path, key]))
            {
                yield return below;
            }
        }
    }
}
