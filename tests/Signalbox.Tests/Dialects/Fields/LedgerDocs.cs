using System.Text;
using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>The ledgers as pages of the documentation.</summary>
internal static class LedgerDocs
{
    private const string FieldPreface = """
        # Field ledger

        Generated from `src/Signalbox/Dialects/Fields/*.json`; a test compares (`SIGNALBOX_WRITE_DOCS=1` rewrites this page).

        What happens to each field when caller and provider speak different dialects. On the same dialect the caller's bytes go on
        unchanged, and none of this applies. Requests are read from the caller's side: rows are the fields of the dialect in the heading,
        columns the dialects that a provider may speak. Answers are read from the provider's side: rows are its fields, columns what a
        caller may speak.

        | verdict | means | in `x-signalbox-loss` |
        |---|---|---|
        | kept | the same name with the same meaning | - |
        | mapped | the same meaning in another place or shape | - |
        | emulated | no such field; the gateway brings about the effect itself | `field;emulated` |
        | dropped | no such field; the request is answered without it | `field;dropped` |
        | refused | without it the answer would be to another question | 400 that names the field |

        - A star (mapped\*, dropped\*) means that the ledger does not report it: the loss depends on the value or the model and is reported
          when the request is written, or there is nothing to report; the note says which.
        - A field without a row of its own has the verdict of the nearest row above it that is emulated, dropped or refused; `·` in a
          column says so where the row differs for other columns.
        - `=` narrows a row to one value; it is called kept where leaving it out changes nothing (`n=1`). Null, an empty list and an empty map of labels count as absent.
        - `[type=x]` is an item of that type, `[]` any item, `{}` a value that is not looked into: the user's own names (JSON schemas,
          arguments, labels), or an object that another table describes.
        - A field that no row names is dropped and reported.
        - Counting tokens takes the fields of the chat request; it is answered by a provider of the same dialect or estimated, never by
          generating.

        """;

    private const string HeaderPreface = """
        # Header ledger

        Generated from `src/Signalbox/Dialects/Fields/headers.json`; a test compares (`SIGNALBOX_WRITE_DOCS=1` rewrites this page).

        A header that is not listed stays behind; one that is listed as never passing stays behind even where another line would let it
        through. Names are compared without regard to case; `*` at the end stands for any rest. Across dialects no request header goes on:
        the gateway writes what the provider's dialect needs.

        """;

    public static string Fields(FieldLedger ledger)
    {
        var page = new StringBuilder(FieldPreface.ReplaceLineEndings("\n"));
        foreach (var dialect in FieldLedger.Dialects)
        {
            page.Append($"\n## {dialect}\n");
            foreach (var operation in Enum.GetValues<FieldOperation>())
            {
                foreach (var direction in Enum.GetValues<FieldDirection>())
                {
                    AppendTable(page, ledger, dialect, operation, direction);
                }
            }
        }

        return page.ToString();
    }

    public static string Headers(HeaderLedger ledger)
    {
        var page = new StringBuilder(HeaderPreface.ReplaceLineEndings("\n"));
        page.Append("\n## From the caller to a provider of the same dialect\n");
        AppendGroups(page, ledger.RequestRows);
        page.Append("\n## From the provider to a caller of the same dialect\n");
        AppendGroups(page, ledger.ResponseRows);
        page.Append("\n## From the provider to a caller of another dialect\n");
        AppendRows(page, ledger.AcrossRows);
        return page.ToString();
    }

    private static void AppendTable(StringBuilder page, FieldLedger ledger, string dialect, FieldOperation operation, FieldDirection direction)
    {
        // A stream without events of its own has the rows of the complete answer, which stand above it.
        var rows = ledger.RowsOf(dialect, direction, operation);
        if (rows.Count == 0 || (direction == FieldDirection.Stream && rows == ledger.RowsOf(dialect, FieldDirection.Response, operation)))
        {
            return;
        }

        var targets = ledger.TargetsOf(dialect, operation);
        page.Append($"\n### {dialect}: {Title(operation, direction)}\n\n");
        page.Append($"| field | {string.Join(" | ", targets)} | note |\n|---|{string.Concat(targets.Select(_ => "---|"))}---|\n");
        foreach (var row in rows)
        {
            var cells = row.SameAs is { } other ? targets.Select(_ => "·").Append($"the same as `{other}`") : row.Code.Select(Word).Append(row.Note);
            page.Append($"| `{row.Path.Text}`{(row.IsExtension ? " (not published)" : "")} | {string.Join(" | ", cells)} |\n");
        }
    }

    private static string Title(FieldOperation operation, FieldDirection direction)
    {
        var subject = operation switch
        {
            FieldOperation.Completion => "completion",
            FieldOperation.Embedding => "embedding",
            _ => "chat",
        };
        return direction switch
        {
            FieldDirection.Request => $"{subject} request",
            FieldDirection.Response => $"{subject} answer",
            _ => "events of a streamed answer",
        };
    }

    private static string Word(char letter) =>
        FieldVerdict.FromByte(FieldVerdict.FromLetter(letter)) is { } verdict
            ? verdict.Verdict.ToString().ToLowerInvariant() + (verdict.IsSilent ? "\\*" : "")
            : "·";

    private static void AppendGroups(StringBuilder page, IReadOnlyDictionary<string, IReadOnlyList<HeaderRow>> groups)
    {
        foreach (var (name, rows) in groups.Where(group => group.Value.Count > 0))
        {
            page.Append(name switch
            {
                HeaderLedger.Never => "\n### Never\n",
                HeaderLedger.All => "\n### All dialects\n",
                _ => $"\n### {name}\n",
            });
            AppendRows(page, rows);
        }
    }

    private static void AppendRows(StringBuilder page, IReadOnlyList<HeaderRow> rows)
    {
        page.Append("\n| header | why |\n|---|---|\n");
        foreach (var row in rows)
        {
            page.Append($"| `{row.Name}` | {row.Note} |\n");
        }
    }
}
