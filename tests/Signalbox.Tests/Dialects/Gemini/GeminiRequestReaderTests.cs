using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiRequestReaderTests
{
    [Fact]
    public void A_full_request_is_read()
    {
        GoldenFile.Check("caller.description.txt", GeminiDescription.Of(Read(Json(GoldenFile.Read("caller.request.json")))));
    }

    [Fact]
    public void Snake_case_means_the_same_as_camel_case()
    {
        var camel = GoldenFile.Read("caller.request.json");
        string[] words =
        [
            "systemInstruction", "inlineData", "mimeType", "fileData", "fileUri", "thoughtSignature", "functionCall", "functionResponse", "functionDeclarations",
            "propertyOrdering", "maxItems", "parametersJsonSchema", "toolConfig", "functionCallingConfig", "allowedFunctionNames", "generationConfig", "topP", "topK",
            "maxOutputTokens", "stopSequences", "candidateCount", "presencePenalty", "frequencyPenalty", "responseLogprobs", "responseMimeType", "responseSchema",
            "thinkingConfig", "includeThoughts", "thinkingBudget", "googleSearch",
        ];
        var snake = camel;
        foreach (var word in words)
        {
            var other = string.Concat(word.Select(static c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
            snake = snake.Replace($"\"{word}\"", $"\"{other}\"", StringComparison.Ordinal);
        }

        Assert.Equal(GeminiDescription.Of(Read(Json(camel))), GeminiDescription.Of(Read(Json(snake))));
    }

    [Fact]
    public void The_model_and_the_stream_switch_come_from_the_path()
    {
        var request = Read(Json("""{"contents":[{"parts":[{"text":"hi"}]}]}"""), "models/gemini-2.5-pro", stream: true);

        Assert.Equal(("gemini-2.5-pro", true), (request.Model, request.Stream));
        Assert.Equal(ChatRole.User, Assert.Single(request.Messages).Role);
    }

    [Fact]
    public void Calls_without_ids_are_answered_by_name_and_order()
    {
        var messages = Read("""
            {"contents":[
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},{"functionCall":{"name":"g"}},{"functionCall":{"name":"f","args":{"n":2}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"g","response":{"result":"g1"}}},{"functionResponse":{"name":"f","response":{"result":"f1"}}},
                                      {"functionResponse":{"name":"f","response":{"result":"f2"}}}]}]}
            """).Messages;

        var calls = messages[0].Contents.Cast<FunctionCallContent>().ToList();
        var results = messages[1].Contents.Cast<FunctionResultContent>().ToDictionary(static result => (string)result.Result!, static result => result.CallId);
        Assert.Equal((calls[1].CallId, calls[0].CallId, calls[2].CallId), (results["g1"], results["f1"], results["f2"]));
        Assert.Equal(3, calls.Select(static call => call.CallId).Distinct().Count());
    }

    [Fact]
    public void Minted_ids_are_the_same_on_every_turn_so_that_prompt_caches_match()
    {
        const string First = """{"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}""";
        var once = Read($$"""{"contents":[{{First}}]}""").Messages;
        var again = Read("{\"contents\":[" + First + """,{"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}}]}]}""").Messages;

        Assert.Equal(((FunctionCallContent)once[0].Contents[0]).CallId, ((FunctionCallContent)again[0].Contents[0]).CallId);
        Assert.NotEqual(((FunctionCallContent)again[0].Contents[0]).CallId, ((FunctionCallContent)again[2].Contents[0]).CallId);
        Assert.Matches("^call_[0-9a-f]{24}$", ((FunctionCallContent)once[0].Contents[0]).CallId);
    }

    [Fact]
    public void An_id_that_the_caller_gives_is_kept_and_found_again()
    {
        var messages = Read("""
            {"contents":[
              {"role":"model","parts":[{"functionCall":{"id":"x1","name":"f"}},{"functionCall":{"id":"x2","name":"f"}}]},
              {"role":"function","parts":[{"functionResponse":{"id":"x2","name":"f","response":{"result":"2"}}},{"functionResponse":{"name":"f","response":{"result":"1"}}}]}]}
            """).Messages;

        Assert.Equal(ChatRole.Tool, messages[1].Role);
        Assert.Equal(["x2", "x1"], messages[1].Contents.Cast<FunctionResultContent>().Select(static result => result.CallId));
    }

    [Fact]
    public void Results_and_words_of_one_content_become_messages_of_their_own()
    {
        var messages = Read("""
            {"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"error":"no"}}},{"text":"go on"},{"inlineData":{"mimeType":"image/png","data":"AA"}}]}]}
            """).Messages;

        Assert.Equal([ChatRole.Tool, ChatRole.User], messages.Select(static message => message.Role));
        Assert.True(Vocabulary.Get<bool?>(messages[0].Contents[0].AdditionalProperties, Vocabulary.IsError));
        Assert.Equal(2, messages[1].Contents.Count);
    }

    [Fact]
    public void A_streamed_answer_that_comes_back_chunk_by_chunk_is_one_message()
    {
        var messages = Read("""
            {"contents":[{"parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"hm","thought":true}]},{"role":"model","parts":[{"text":"Hel"}]},{"role":"model","parts":[{"text":"lo"}]},
             {"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"role":"model","parts":[{"text":""}]},{"parts":[{"functionResponse":{"name":"f","response":{}}}]}]}
            """).Messages;

        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool], messages.Select(static message => message.Role));
        Assert.Equal(["thought hm  [signed_by=gemini]", "text Hello"], messages[1].Contents.Take(2).Select(GeminiDescription.Of));
        Assert.IsType<FunctionCallContent>(Assert.Single(messages[1].Contents.Skip(2)));
    }

    [Fact]
    public void Code_execution_parts_stay_as_they_are()
    {
        const string Part = """{"executableCode":{"language":"PYTHON","code":"print(1)"}}""";
        var request = Read($$"""{"contents":[{"role":"model","parts":[{{Part}}]}]}""");

        Assert.Equal("executableCode", Assert.IsType<OpaqueContent>(request.Messages[0].Contents[0]).Type);
        Assert.Equal(Part, Write(request).Body.GetProperty("contents")[0].GetProperty("parts")[0].GetRawText());
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "contents")]
    [InlineData("""{"contents":[]}""", "contents")]
    [InlineData("""{"contents":"hi"}""", "contents")]
    [InlineData("""{"contents":["hi"]}""", "contents[0]")]
    [InlineData("""{"contents":[{"role":"assistant","parts":[]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[{"role":7,"parts":[]}]}""", "contents[0].role")]
    [InlineData("""{"contents":[{"parts":{}}]}""", "contents[0].parts")]
    [InlineData("""{"contents":[{"parts":[{"text":1}]}]}""", "contents[0].parts[0].text")]
    [InlineData("""{"contents":[{"parts":[1]}]}""", "contents[0].parts[0]")]
    [InlineData("""{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png"}}]}]}""", "contents[0].parts[0].inline_data.data")]
    [InlineData("""{"contents":[{"parts":[{"inlineData":{"mimeType":"png","data":""}}]}]}""", "contents[0].parts[0].inlineData.mimeType")]
    [InlineData("""{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"%%"}}]}]}""", "contents[0].parts[0].inlineData.data")]
    [InlineData("""{"contents":[{"parts":[{"fileData":{"fileUri":"not a uri"}}]}]}""", "contents[0].parts[0].fileData.fileUri")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{"args":{}}}]}]}""", "contents[0].parts[0].functionCall.name")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{"name":"f","args":"{}"}}]}]}""", "contents[0].parts[0].functionCall.args")]
    [InlineData("""{"contents":[{"parts":[{"functionResponse":{"name":"f","response":"ok"}}]}]}""", "contents[0].parts[0].functionResponse.response")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"systemInstruction":5}""", "systemInstruction")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"tools":{}}""", "tools")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{}]}]}""", "tools[0].functionDeclarations[0].name")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"tool_config":{"function_calling_config":{"mode":"SOMETIMES"}}}""", "tool_config.function_calling_config.mode")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":[""]}}}""", "toolConfig.functionCallingConfig.allowedFunctionNames")]
    [InlineData("""{"contents":[{"parts":[{"fileData":{"mimeType":"%%","fileUri":"gs://b/f"}}]}]}""", "contents[0].parts[0].fileData.mimeType")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":"hot"}}""", "generationConfig.temperature")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"stopSequences":[1]}}""", "generationConfig.stopSequences[0]")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":1e40}}""", "generationConfig.maxOutputTokens")]
    public void A_wrong_field_is_named_with_its_path(string body, string field)
    {
        Assert.Equal(field, ErrorOf(body)?.Field);
    }

    [Fact]
    public void Nothing_but_the_contents_is_needed_and_unknown_fields_are_no_problem()
    {
        Assert.Null(ErrorOf("""{"contents":[{"parts":[{"text":"x","somethingNew":true}],"other":1}],"labels":{"a":"b"},"tools":null,"generationConfig":null}"""));
    }

    [Fact]
    public void A_path_has_the_model_and_cannot_be_led_elsewhere_by_it()
    {
        Assert.Equal("/v1beta/models/gemini-2.5-pro:generateContent", GeminiDialect.Sse.ChatPath("gemini-2.5-pro", stream: false));
        Assert.Equal("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", GeminiDialect.Sse.ChatPath("models/gemini-2.5-pro", stream: true));
        Assert.Equal("/v1beta/models/gemini-2.5-pro:streamGenerateContent", GeminiDialect.Array.ChatPath("gemini-2.5-pro", stream: true));
        Assert.Equal("/v1beta/tunedModels/mine:generateContent", GeminiDialect.Sse.ChatPath("tunedModels/mine", stream: false));
        Assert.Equal("/v1beta/models/..%2F..%2Fx%3Fkey%3D1:generateContent", GeminiDialect.Sse.ChatPath("../../x?key=1", stream: false));
    }
}
