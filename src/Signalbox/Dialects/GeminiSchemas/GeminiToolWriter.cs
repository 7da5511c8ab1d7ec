using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Gemini;

namespace Signalbox.Dialects.GeminiSchemas;

/// <summary>Writes tools and tool choice for a provider: all functions in one tool object, Google's own tools in theirs.</summary>
internal static class GeminiToolWriter
{
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.Tools is not { Count: > 0 } tools)
        {
            WriteChoice(options, hasFunctions: false, outbound.Losses, json);
            return;
        }

        var functions = FunctionsOf(tools, options, outbound.Losses);
        json.WriteStartArray("tools"u8);
        var hasFunctions = false;
        foreach (var tool in tools)
        {
            if (tool is AIFunctionDeclaration)
            {
                if (!hasFunctions && functions.Count > 0)
                {
                    WriteFunctions(functions, outbound, json);
                }

                hasFunctions = true;
            }
            else
            {
                WriteOwn(tool, outbound.Losses, json);
            }
        }

        json.WriteEndArray();
        WriteChoice(options, hasFunctions, outbound.Losses, json);
        if (options.AllowMultipleToolCalls is false)
        {
            outbound.Losses.Add("parallel_tool_calls", LossKind.Dropped);
        }
    }

    private static void WriteOwn(AITool tool, LossReport losses, Utf8JsonWriter json)
    {
        if (tool is not OpaqueTool { Dialect: GeminiDialect.DialectName } own)
        {
            losses.Add("tools." + tool.Name, LossKind.Dropped);
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName(own.Name);
        own.Raw.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Only a forced choice can name the tools it allows; a free one is narrowed by not offering the others.</summary>
    private static List<AIFunctionDeclaration> FunctionsOf(IList<AITool> tools, ChatOptions options, LossReport losses)
    {
        var allowed = options.ToolMode is AutoChatToolMode ? AllowedOf(options) : null;
        var functions = new List<AIFunctionDeclaration>(tools.Count);
        foreach (var tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
            {
                continue;
            }

            if (allowed is null || Array.IndexOf(allowed, function.Name) >= 0)
            {
                functions.Add(function);
            }
            else
            {
                losses.Add("tool_choice", LossKind.Emulated);
            }
        }

        return functions;
    }

    private static void WriteFunctions(List<AIFunctionDeclaration> functions, OutboundRequest outbound, Utf8JsonWriter json)
    {
        var takesJsonSchema = GeminiModels.TakesJsonSchema(outbound.Upstream);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var function in functions)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, function.Name);
            if (function.Description.Length > 0)
            {
                json.WriteString("description"u8, function.Description);
            }

            if (takesJsonSchema)
            {
                json.WritePropertyName("parametersJsonSchema"u8);
                function.JsonSchema.WriteTo(json);
            }
            else if (HasParameters(function.JsonSchema))
            {
                json.WritePropertyName("parameters"u8);
                if (GeminiSchemaWriter.Write(function.JsonSchema, json))
                {
                    outbound.Losses.Add("tools.parameters", LossKind.Approximated);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Older models refuse an object without properties: a function without parameters has no <c>parameters</c>.</summary>
    private static bool HasParameters(JsonElement schema)
    {
        foreach (var property in schema.EnumerateObject())
        {
            var isEmpty = property.Name switch
            {
                "type" => property.Value.ValueKind == JsonValueKind.String && property.Value.ValueEquals("object"u8),
                "properties" => property.Value.ValueKind == JsonValueKind.Object && !property.Value.EnumerateObject().MoveNext(),
                "required" => property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 0,
                "additionalProperties" => property.Value.ValueKind == JsonValueKind.False,
                "$schema" or "title" => true,
                _ => false,
            };
            if (!isEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteChoice(ChatOptions options, bool hasFunctions, LossReport losses, Utf8JsonWriter json)
    {
        if (!hasFunctions)
        {
            // Google refuses a choice among nothing.
            if (options.ToolMode is not null)
            {
                losses.Add("tool_choice", LossKind.Dropped);
            }

            return;
        }

        var (mode, names) = options.ToolMode switch
        {
            RequiredChatToolMode { RequiredFunctionName: { } name } => ("ANY", [name]),
            RequiredChatToolMode => ("ANY", AllowedOf(options) ?? []),
            NoneChatToolMode => ("NONE", []),
            AutoChatToolMode => ("AUTO", (string[])[]),
            _ => (null, []),
        };
        if (mode is null)
        {
            return;
        }

        json.WriteStartObject("toolConfig"u8);
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, mode);
        if (names.Length > 0)
        {
            json.WriteStartArray("allowedFunctionNames"u8);
            foreach (var name in names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string[]? AllowedOf(ChatOptions options) =>
        Vocabulary.Get<string[]>(options.AdditionalProperties, Vocabulary.AllowedTools) is { Length: > 0 } allowed ? allowed : null;
}
