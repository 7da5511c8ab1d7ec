using System.Text.Json.Nodes;

namespace Signalbox.Tests.Dialects.Pairs;

internal static partial class RequestBodies
{
    private static JsonObject OpenAiChat(Conversation conversation)
    {
        var messages = new JsonArray();
        if (conversation.System is { } system)
        {
            messages.Add(Obj(("role", system.Length % 2 == 0 ? "system" : "developer"), ("content", system)));
        }

        for (var i = 0; i < conversation.Turns.Length; i++)
        {
            foreach (var message in ChatMessages(conversation.Turns[i], i))
            {
                messages.Add(message);
            }
        }

        var (effort, logprobs) = (conversation["reasoning"], conversation["logprobs"]);
        return Obj(
            ("model", "m"),
            ("messages", messages),
            ("tools", Tools(conversation, tool => Obj(("type", "function"), ("function", FunctionOf(tool))))),
            ("tool_choice", ChoiceOf(conversation, name => Obj(("type", "function"), ("function", Obj(("name", name)))))),
            ("response_format", conversation["format"] is not { } format ? null
                : IsWord(format) ? Obj(("type", "json_object"))
                : Obj(("type", "json_schema"), ("json_schema", Obj(("name", "answer"), ("schema", JsonNode.Parse(format)), ("strict", true))))),
            ("reasoning_effort", effort is not null && IsWord(effort) ? Word(effort) : null),
            ("logprobs", logprobs is null ? null : true),
            ("top_logprobs", logprobs is null ? null : JsonNode.Parse(logprobs)));
    }

    private static IEnumerable<JsonObject> ChatMessages(Turn turn, int index)
    {
        switch (turn)
        {
            case UserTurn { Parts: [(false, var only)] }:
                yield return Obj(("role", "user"), ("content", only));
                break;
            case UserTurn user:
                yield return Obj(("role", "user"), ("content", Arr(user.Parts.Select(part => part.IsImage
                    ? Obj(("type", "image_url"), ("image_url", Obj(("url", "data:image/png;base64," + part.Value))))
                    : Obj(("type", "text"), ("text", part.Value))))));
                break;
            case AssistantTurn assistant:
                yield return Obj(("role", "assistant"), ("content", assistant.Text), ("reasoning_content", assistant.Thinking));
                break;
            case ToolTurn tools:
                yield return Obj(("role", "assistant"), ("content", tools.Text), ("tool_calls", Arr(tools.Calls.Select((call, place) =>
                    Obj(("id", Id(index, place)), ("type", "function"), ("function", Obj(("name", call.Name), ("arguments", call.Arguments))))))));
                foreach (var (call, place) in tools.Results())
                {
                    yield return Obj(("role", "tool"), ("tool_call_id", Id(index, place)), ("content", call.Result));
                }

                break;
        }
    }

    private static JsonObject OpenAiResponses(Conversation conversation)
    {
        var input = new JsonArray();
        for (var i = 0; i < conversation.Turns.Length; i++)
        {
            foreach (var item in Items(conversation.Turns[i], i))
            {
                input.Add(item);
            }
        }

        var (effort, logprobs) = (conversation["reasoning"], conversation["logprobs"]);
        return Obj(
            ("model", "m"),
            ("instructions", conversation.System),
            ("input", input),
            ("tools", Tools(conversation, tool =>
            {
                var function = FunctionOf(tool);
                function["type"] = "function";
                return function;
            })),
            ("tool_choice", ChoiceOf(conversation, name => Obj(("type", "function"), ("name", name)))),
            ("text", conversation["format"] is not { } format ? null
                : Obj(("format", IsWord(format) ? Obj(("type", "json_object"))
                : Obj(("type", "json_schema"), ("name", "answer"), ("schema", JsonNode.Parse(format)), ("strict", true))))),
            ("reasoning", effort is not null && IsWord(effort) ? Obj(("effort", Word(effort))) : null),
            ("top_logprobs", logprobs is null ? null : JsonNode.Parse(logprobs)));
    }

    private static IEnumerable<JsonObject> Items(Turn turn, int index)
    {
        switch (turn)
        {
            case UserTurn { Parts: [(false, var only)] }:
                yield return Obj(("role", "user"), ("content", only));
                break;
            case UserTurn user:
                yield return Obj(("type", "message"), ("role", "user"), ("content", Arr(user.Parts.Select(part => part.IsImage
                    ? Obj(("type", "input_image"), ("image_url", "data:image/png;base64," + part.Value))
                    : Obj(("type", "input_text"), ("text", part.Value))))));
                break;
            case AssistantTurn assistant:
                yield return Said(assistant.Text);
                break;
            case ToolTurn tools:
                if (tools.Text is not null)
                {
                    yield return Said(tools.Text);
                }

                for (var place = 0; place < tools.Calls.Length; place++)
                {
                    yield return Obj(("type", "function_call"), ("call_id", Id(index, place)), ("name", tools.Calls[place].Name), ("arguments", tools.Calls[place].Arguments));
                }

                foreach (var (call, place) in tools.Results())
                {
                    yield return Obj(("type", "function_call_output"), ("call_id", Id(index, place)), ("output", call.Result));
                }

                break;
        }
    }

    private static JsonObject Said(string text) =>
        Obj(("type", "message"), ("role", "assistant"), ("content", Arr([Obj(("type", "output_text"), ("text", text))])));

    private static JsonObject FunctionOf(Tool tool) =>
        Obj(("name", tool.Name), ("description", tool.Description), ("parameters", JsonNode.Parse(tool.Schema)), ("strict", tool.Strict));

    private static JsonNode? ChoiceOf(Conversation conversation, Func<string, JsonNode> named) =>
        conversation["tool_choice"] is not { } choice ? null : Word(choice) == "named" ? named(conversation.Tools[0].Name) : JsonNode.Parse(choice);
}
