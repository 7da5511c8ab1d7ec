using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>
/// Tells tools that only look from tools that may act, by the first word of their names. What is not known to look acts: a request
/// that is sent twice must not do something twice.
/// </summary>
internal static class ActingTools
{
    private static readonly string[] LookingWords =
    [
        "get", "list", "search", "find", "read", "fetch", "lookup", "look", "query", "describe", "show", "check", "count", "calculate",
        "compute", "convert", "retrieve", "view", "compare", "estimate", "validate", "weather", "is", "has", "select", "inspect", "explain",
        "calculator", "classify", "extract", "summarize", "translate", "format", "parse", "web", "file", "browse", "grep", "glob", "ls", "cat",
    ];

    public static bool Any(IList<AITool>? tools)
    {
        if (tools is null)
        {
            return false;
        }

        foreach (var tool in tools)
        {
            if (Acts(tool))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Acts(AITool tool) => tool switch
    {
        HostedWebSearchTool or HostedFileSearchTool => false,
        OpaqueTool opaque => !opaque.Name.Contains("search", StringComparison.OrdinalIgnoreCase) && !opaque.Name.Contains("retrieval", StringComparison.OrdinalIgnoreCase),
        AIFunctionDeclaration function => !IsLooking(function.Name),
        _ => true,
    };

    private static bool IsLooking(string name)
    {
        var end = 0;
        while (end < name.Length && (end == 0 || char.IsLower(name[end]) || (char.IsUpper(name[end]) && char.IsUpper(name[end - 1]))))
        {
            end++;
        }

        var first = name.AsSpan(0, end);
        foreach (var word in LookingWords)
        {
            if (first.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                // "file_delete" and "web_post" name the thing first; only their search and read forms look.
                return word is not ("file" or "web") || NamesLooking(name);
            }
        }

        return false;
    }

    private static bool NamesLooking(string name) =>
        name.Contains("search", StringComparison.OrdinalIgnoreCase) || name.Contains("read", StringComparison.OrdinalIgnoreCase)
        || name.Contains("fetch", StringComparison.OrdinalIgnoreCase) || name.Contains("get", StringComparison.OrdinalIgnoreCase);
}
