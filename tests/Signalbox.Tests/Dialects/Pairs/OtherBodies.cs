using System.Text.Json.Nodes;

namespace Signalbox.Tests.Dialects.Pairs;

internal static partial class RequestBodies
{
    private static JsonObject Anthropic(Conversation conversation)
    {
        var messages = new JsonArray();
        for (var i = 0; i < conversation.Turns.Length; i++)
        {
            foreach (var message in AnthropicMessages(conversation.Turns[i], i))
            {
                messages.Add(message);
            }
        }

        var reasoning = conversation["reasoning"];
        var body = Obj(
            ("model", "m"),
            ("max_tokens", 16000),
            ("system", conversation.System),
            ("messages", messages),
            ("tools", Tools(conversation, tool => Obj(
                ("name", tool.Name), ("description", tool.Description), ("input_schema", JsonNode.Parse(tool.Schema)), ("strict", tool.Strict)))),
            ("output_config", conversation["format"] is { } format && !IsWord(format) ? Obj(("format", Obj(("type", "json_schema"), ("schema", JsonNode.Parse(format))))) : null),
            ("thinking", reasoning is null ? null
                : !IsWord(reasoning) ? Obj(("type", "enabled"), ("budget_tokens", JsonNode.Parse(reasoning)))
                : Word(reasoning) == "none" ? Obj(("type", "disabled")) : null));
        if (conversation["tool_choice"] is { } choice)
        {
            body["tool_choice"] = Word(choice) switch
            {
                "required" => Obj(("type", "any")),
                "named" => Obj(("type", "tool"), ("name", conversation.Tools[0].Name)),
                var word => Obj(("type", word)),
            };
        }

        if (conversation["parallel_tool_calls"] is { } parallel && conversation["tool_choice"] is not "\"none\"")
        {
            body["tool_choice"] ??= Obj(("type", "auto"));
            body["tool_choice"]!["disable_parallel_tool_use"] = parallel == "false";
        }

        return body;
    }

    private static IEnumerable<JsonObject> AnthropicMessages(Turn turn, int index)
    {
        switch (turn)
        {
            case UserTurn user:
                yield return Obj(("role", "user"), ("content", Arr(user.Parts.Select(part => part.IsImage
                    ? Obj(("type", "image"), ("source", Obj(("type", "base64"), ("media_type", "image/png"), ("data", part.Value))))
                    : Block(part.Value)))));
                break;
            case AssistantTurn { Thinking: { } thinking } assistant:
                yield return Obj(("role", "assistant"), ("content", Arr([Obj(("type", "thinking"), ("thinking", thinking), ("signature", "c2ln")), Block(assistant.Text)])));
                break;
            case AssistantTurn assistant:
                yield return Obj(("role", "assistant"), ("content", assistant.Text));
                break;
            case ToolTurn tools:
                var calls = tools.Calls.Select((call, place) =>
                    Obj(("type", "tool_use"), ("id", Id(index, place)), ("name", call.Name), ("input", JsonNode.Parse(call.Arguments))));
                yield return Obj(("role", "assistant"), ("content", Arr(tools.Text is null ? calls : [Block(tools.Text), .. calls])));
                yield return Obj(("role", "user"), ("content", Arr(tools.Results().Select(result => Obj(
                    ("type", "tool_result"), ("tool_use_id", Id(index, result.Place)), ("content", result.Call.Result), ("is_error", result.Call.IsError ? true : null))))));
                break;
        }
    }

    private static JsonObject Block(string text) => Obj(("type", "text"), ("text", text));

    private static JsonObject Gemini(Conversation conversation)
    {
        var body = Obj(
            ("systemInstruction", conversation.System is { } system ? Obj(("parts", Arr([Obj(("text", system))]))) : null),
            ("contents", Arr(conversation.Turns.SelectMany(Contents))),
            ("tools", Tools(conversation, tool => Obj(("name", tool.Name), ("description", tool.Description), ("parametersJsonSchema", JsonNode.Parse(tool.Schema))))
                is { } functions ? Arr([Obj(("functionDeclarations", functions))]) : null));
        if (conversation["format"] is { } format)
        {
            Put(body, "generationConfig.responseMimeType", "application/json");
            Put(body, "generationConfig.responseJsonSchema", IsWord(format) ? null : JsonNode.Parse(format));
        }

        if (conversation["reasoning"] is { } reasoning)
        {
            Put(body, "generationConfig.thinkingConfig", IsWord(reasoning)
                ? Obj(("thinkingBudget", Word(reasoning) == "none" ? 0 : -1)) : Obj(("thinkingBudget", JsonNode.Parse(reasoning)), ("includeThoughts", true)));
        }

        if (conversation["logprobs"] is { } logprobs)
        {
            Put(body, "generationConfig.responseLogprobs", true);
            Put(body, "generationConfig.logprobs", JsonNode.Parse(logprobs));
        }

        if (conversation["tool_choice"] is { } choice)
        {
            Put(body, "toolConfig.functionCallingConfig", Word(choice) switch
            {
                "named" => Obj(("mode", "ANY"), ("allowedFunctionNames", Arr([conversation.Tools[0].Name]))),
                "required" => Obj(("mode", "ANY")),
                var word => Obj(("mode", word.ToUpperInvariant())),
            });
        }

        return body;
    }

    /// <summary>Google's calls have no ids, so that results come in the calls' order.</summary>
    private static IEnumerable<JsonObject> Contents(Turn turn)
    {
        switch (turn)
        {
            case UserTurn user:
                yield return Obj(("role", "user"), ("parts", Arr(user.Parts.Select(part => part.IsImage
                    ? Obj(("inlineData", Obj(("mimeType", "image/png"), ("data", part.Value))))
                    : Obj(("text", part.Value))))));
                break;
            case AssistantTurn assistant:
                yield return Obj(("role", "model"), ("parts", Arr(assistant.Thinking is { } thinking
                    ? [Obj(("text", thinking), ("thought", true)), Obj(("text", assistant.Text))] : [Obj(("text", assistant.Text))])));
                break;
            case ToolTurn tools:
                var calls = tools.Calls.Select(call => Obj(("functionCall", Obj(("name", call.Name), ("args", JsonNode.Parse(call.Arguments))))));
                yield return Obj(("role", "model"), ("parts", Arr(tools.Text is null ? calls : [Obj(("text", tools.Text)), .. calls])));
                yield return Obj(("role", "user"), ("parts", Arr(tools.Calls.Select(call =>
                    Obj(("functionResponse", Obj(("name", call.Name), ("response", Obj((call.IsError ? "error" : "output", call.Result))))))))));
                break;
        }
    }

    private static JsonObject Ollama(Conversation conversation)
    {
        var messages = conversation.System is { } system ? new JsonArray(Obj(("role", "system"), ("content", system))) : [];
        foreach (var message in conversation.Turns.SelectMany(OllamaMessages))
        {
            messages.Add(message);
        }

        var logprobs = conversation["logprobs"];
        return Obj(
            ("model", "m"),
            ("messages", messages),
            ("tools", Tools(conversation, tool => Obj(("type", "function"), ("function", Obj(
                ("name", tool.Name), ("description", tool.Description), ("parameters", JsonNode.Parse(tool.Schema))))))),
            ("format", conversation["format"] is { } format ? JsonNode.Parse(format) : null),
            ("think", conversation["reasoning"] is not { } reasoning ? null : ThinkOf(reasoning)),
            ("logprobs", logprobs is null ? null : true),
            ("top_logprobs", logprobs is null ? null : JsonNode.Parse(logprobs)));
    }

    private static JsonNode ThinkOf(string reasoning) =>
        !IsWord(reasoning) ? JsonValue.Create(true) : Word(reasoning) == "none" ? JsonValue.Create(false) : JsonValue.Create(Word(reasoning));

    /// <summary>A message has one text and images beside it. Calls have no ids, so that results come in the calls' order.</summary>
    private static IEnumerable<JsonObject> OllamaMessages(Turn turn)
    {
        switch (turn)
        {
            case UserTurn user:
                var images = user.Parts.Where(part => part.IsImage).ToList();
                yield return Obj(
                    ("role", "user"),
                    ("content", string.Concat(user.Parts.Where(part => !part.IsImage).Select(part => part.Value))),
                    ("images", images.Count == 0 ? null : Arr(images.Select(image => (JsonNode)image.Value))));
                break;
            case AssistantTurn assistant:
                yield return Obj(("role", "assistant"), ("content", assistant.Text), ("thinking", assistant.Thinking));
                break;
            case ToolTurn tools:
                yield return Obj(("role", "assistant"), ("content", tools.Text ?? ""), ("tool_calls", Arr(tools.Calls.Select(call =>
                    Obj(("function", Obj(("name", call.Name), ("arguments", JsonNode.Parse(call.Arguments)))))))));
                foreach (var call in tools.Calls)
                {
                    yield return Obj(("role", "tool"), ("tool_name", call.Name), ("content", call.Result));
                }

                break;
        }
    }
}
