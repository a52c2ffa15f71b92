import {Component, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {resizeBlobImg, useFileUploader} from "@web/core/utils/files";

/** Pixels of the longer side of a photo: enough to read a label, quick to send. */
const LONGEST = 1600;

/** A photo as small as it may be; what cannot be made smaller stays as it is. */
async function shrink(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) {
        return file;
    }
    try {
        const image = await createImageBitmap(file);
        const scale = LONGEST / Math.max(image.width, image.height);
        const blob = await resizeBlobImg(file, {
            width: Math.round(image.width * scale),
            height: Math.round(image.height * scale),
        });
        return blob ? new File([blob], file.name, {type: blob.type}) : file;
    } catch {
        return file;
    }
}

/** Photos and files of a result: taken, shown, taken away again. */
export class DeskFiles extends Component {
    static template = "crl_retention.DeskFiles";
    static props = {
        files: Array,
        onChange: Function,
        disabled: {type: Boolean, optional: true},
    };

    setup() {
        this.input = useRef("input");
        this.upload = useFileUploader();
        this.state = useState({isBusy: false, error: ""});
    }

    async onPick() {
        const picked = [...this.input.el.files];
        if (!picked.length) {
            return;
        }
        Object.assign(this.state, {isBusy: true, error: ""});
        try {
            const answer = await this.upload("/web/binary/upload_attachment", {
                csrf_token: odoo.csrf_token,
                model: "crl.touchpoint.result",
                id: 0,
                ufile: await Promise.all(picked.map(shrink)),
            });
            const refused = answer?.find(({error}) => error);
            this.state.error = refused ? refused.error : "";
            const added = (answer || [])
                .filter(({id}) => id)
                .map(({id, filename, mimetype}) => ({id, filename, mimetype}));
            this.props.onChange([...this.props.files, ...added]);
            // else the same file could not be picked again
            this.input.el.value = null;
        } catch {
            this.state.error = _t(
                "The file could not be sent. Try again when the connection is back.",
            );
        }
        this.state.isBusy = false;
    }

    remove(id) {
        this.props.onChange(this.props.files.filter((file) => file.id !== id));
    }
}
