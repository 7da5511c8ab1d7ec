using System.Globalization;

namespace Signalbox.Tests.Catalog;

/// <summary>The price list that the catalog was written from, where it lies beside the repository.</summary>
internal sealed class PriceList
{
    public static readonly DateOnly Day = new(2026, 8, 21);

    private readonly Dictionary<(string Provider, string Model), Row> _rows = [];

    private PriceList(string path)
    {
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var cells = line.Split(',');
            _rows[(cells[0], cells[1])] = new Row(Amount(cells[2]), Amount(cells[3]), Cache(cells[4]), Cache(cells[5]));
        }
    }

    public int Count => _rows.Count;

    public static PriceList ReadOrSkip()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Signalbox.slnx")))
        {
            root = root.Parent;
        }

        var path = Path.Combine(root?.FullName ?? ".", "..", "shared", "data", "prices.csv");
        Assert.SkipUnless(File.Exists(path), "the price list ../shared/data/prices.csv is not here");
        return new PriceList(path);
    }

    /// <summary>The rows of a model: the list has some models once per length of the prompt.</summary>
    public IReadOnlyList<Row> Of(string provider, string model, bool longContext = false)
    {
        string[] names = longContext ? [$"{model}-gt-128k", $"{model}-gt-200k"] : [model, $"{model}-lte-128k", $"{model}-lte-200k"];
        return [.. names.Where(name => _rows.ContainsKey((provider, name))).Select(name => _rows[(provider, name)])];
    }

    private static decimal? Amount(string cell) => cell.Length == 0 ? null : decimal.Parse(cell, CultureInfo.InvariantCulture);

    // In a cache column 0 means the same as nothing: not stated.
    private static decimal? Cache(string cell) => Amount(cell) is { } amount and > 0 ? amount : null;

    internal sealed record Row(decimal? Input, decimal? Output, decimal? CacheRead, decimal? CacheWrite);
}
