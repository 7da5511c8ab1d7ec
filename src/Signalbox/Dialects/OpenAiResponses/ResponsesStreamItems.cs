using System.Text.Json;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>The output items of one stream as far as they have come, found by the index that events name.</summary>
internal sealed class ResponsesStreamItems
{
    private readonly List<ResponsesStreamItem> _items = [];

    public int Count => _items.Count;

    public void Clear() => _items.Clear();

    /// <summary>The item of an event; the last one where the event does not say.</summary>
    public ResponsesStreamItem At(int index)
    {
        if (_items.Count == 0)
        {
            _items.Add(new ResponsesStreamItem { Index = index });
        }

        return Find(index) ?? _items[^1];
    }

    /// <summary>Indexes may have gaps: some servers count items that they do not show.</summary>
    public ResponsesStreamItem? Find(int index)
    {
        for (var i = _items.Count - 1; i >= 0; i--)
        {
            if (_items[i].Index == index)
            {
                return _items[i];
            }
        }

        return null;
    }

    public ResponsesStreamItem Introduce(int index, JsonElement from)
    {
        var item = new ResponsesStreamItem
        {
            Index = index,
            Id = ResponsesItems.Text(from, "id"),
            IsReasoning = ResponsesItems.Text(from, "type") == "reasoning",
        };
        _items.Add(item);
        return item;
    }
}

/// <summary>What has been read of one item.</summary>
internal sealed class ResponsesStreamItem
{
    public required int Index { get; init; }

    public string? Id { get; init; }

    public bool IsReasoning { get; init; }

    /// <summary>The call's position among the calls; -1 for other items and for a call not announced yet.</summary>
    public int Call { get; set; } = -1;

    /// <summary>Whether some of the item's content has been read already.</summary>
    public bool Seen { get; set; }
}
