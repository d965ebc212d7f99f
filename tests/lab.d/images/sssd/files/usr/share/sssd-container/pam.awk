# A file of /etc/pam.d that asks pam_unix.so only, with pam_sss.so behind it. The stacks of the four types do not see each other's lines, so
# what comes last of a type may stand at the end of the file.

function words(from,    i, text) {
        for (i = from; i <= NF; i++)
                text = text (text == "" ? "" : " ") $i
        return text
}

# Fields of a line: the type, the control, which may have blanks in brackets, and where the module stands.
function control(    i, text) {
        text = $2
        module = 3
        if (text ~ /^\[/)
                for (i = 3; text !~ /\]$/ && i <= NF; i++) {
                        text = text " " $i
                        module = i + 1
                }
        return text
}

# pam_unix no longer decides alone.
function ask_both(type, how, argument,    jump) {
        if (how == "sufficient") {
                print
                print type "\tsufficient\tpam_sss.so " argument
        } else if (match(how, /success=[0-9]+/)) {
                jump = substr(how, RSTART + 8, RLENGTH - 8)
                print type "\t" substr(how, 1, RSTART + 7) (jump + 1) substr(how, RSTART + RLENGTH) "\t" words(module)
                print type "\t[success=" jump " default=ignore]\tpam_sss.so " argument
        } else {
                print type "\t[success=2 default=ignore]\t" words(module)
                print type "\t[success=1 default=ignore]\tpam_sss.so " argument
                print type "\trequisite\tpam_deny.so"
                print type "\trequired\tpam_permit.so"
        }
}

/^[ \t]*#/ || NF < 3 { print; next }
{
        how = control()
        type = $1
        if ($module ~ /pam_unix\.so$/ && !seen[type]++) {
                if (type == "auth")
                        ask_both(type, how, "use_first_pass")
                else if (type == "password")
                        ask_both(type, how, "use_authtok")
                else
                        print
                next
        }
        print
}
END {
        if (seen["account"]) {
                print "account\tsufficient\tpam_localuser.so"
                print "account\t[default=bad success=ok user_unknown=ignore]\tpam_sss.so"
        }
        if (seen["session"]) {
                if (mkhomedir == "yes")
                        print "session\toptional\tpam_mkhomedir.so umask=0077"
                print "session\t[success=1 default=ignore]\tpam_localuser.so"
                print "session\toptional\tpam_sss.so"
                print "session\toptional\tpam_permit.so"
        }
}
