using System.Reflection;
using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>One line of the header ledger: a name or <c>prefix-*</c>, and why it passes or does not.</summary>
internal sealed record HeaderRow(string Name, string Note);

/// <summary>Which headers go through the gateway. What is not listed stays behind; what is listed under <c>never</c> stays behind everywhere.</summary>
internal sealed class HeaderLedger
{
    public const string Never = "never";
    public const string All = "all";

    private readonly HeaderList _requestNever;
    private readonly HeaderList _responseNever;
    private readonly HeaderList _responseAcross;
    private readonly Dictionary<string, HeaderList> _request;
    private readonly Dictionary<string, HeaderList> _response;

    private HeaderLedger(JsonElement root)
    {
        RequestRows = ReadGroups(root.GetProperty("request"));
        ResponseRows = ReadGroups(root.GetProperty("response"));
        AcrossRows = ReadRows(root.GetProperty("responseAcross"));
        _requestNever = ListOf(RequestRows[Never]);
        _responseNever = ListOf(ResponseRows[Never]);
        _responseAcross = ListOf(AcrossRows);
        _request = PassLists(RequestRows);
        _response = PassLists(ResponseRows);
    }

    /// <summary>Rows by dialect, and the groups <see cref="Never"/> and <see cref="All"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<HeaderRow>> RequestRows { get; }

    public IReadOnlyDictionary<string, IReadOnlyList<HeaderRow>> ResponseRows { get; }

    /// <summary>What passes from a provider of one dialect to a caller of another.</summary>
    public IReadOnlyList<HeaderRow> AcrossRows { get; }

    public static HeaderLedger Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("fields/headers.json")!;
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        return new HeaderLedger(document.RootElement);
    }

    /// <summary>Whether a caller's header goes on to a provider of the same dialect. Across dialects none does: the target's writer sets its own.</summary>
    public bool PassesRequest(string dialect, string headerName) =>
        _request.TryGetValue(dialect, out var list) && list.Contains(headerName) && !_requestNever.Contains(headerName);

    /// <summary>Whether a provider's header goes back to the caller; <paramref name="dialect"/> is the provider's.</summary>
    public bool PassesResponse(string dialect, string headerName, bool sameDialect)
    {
        var passes = sameDialect ? _response.TryGetValue(dialect, out var list) && list.Contains(headerName) : _responseAcross.Contains(headerName);
        return passes && !_responseNever.Contains(headerName);
    }

    private static Dictionary<string, IReadOnlyList<HeaderRow>> ReadGroups(JsonElement section)
    {
        var groups = new Dictionary<string, IReadOnlyList<HeaderRow>>();
        foreach (var group in section.EnumerateObject())
        {
            // Two protocols of one provider share their headers: "openai-chat openai-responses".
            foreach (var name in group.Name.Split(' '))
            {
                groups.Add(name, ReadRows(group.Value));
            }
        }

        return groups;
    }

    private static List<HeaderRow> ReadRows(JsonElement group)
    {
        var rows = new List<HeaderRow>();
        foreach (var row in group.EnumerateObject())
        {
            rows.Add(new HeaderRow(row.Name, row.Value.GetString()!));
        }

        return rows;
    }

    private static HeaderList ListOf(IReadOnlyList<HeaderRow> rows, IReadOnlyList<HeaderRow>? more = null)
    {
        var list = new HeaderList();
        foreach (var row in rows)
        {
            list.Add(row.Name);
        }

        foreach (var row in more ?? [])
        {
            list.Add(row.Name);
        }

        return list;
    }

    private static Dictionary<string, HeaderList> PassLists(IReadOnlyDictionary<string, IReadOnlyList<HeaderRow>> groups)
    {
        var lists = new Dictionary<string, HeaderList>();
        foreach (var (name, rows) in groups)
        {
            if (name is not (Never or All))
            {
                lists.Add(name, ListOf(rows, groups[All]));
            }
        }

        return lists;
    }
}
